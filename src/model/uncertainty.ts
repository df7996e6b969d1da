import { be, type ChecksOf } from "../catalogue/index.js";
import { drawFrom } from "../distributions/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import type { Tensors } from "../runtime/index.js";
import {
  bound,
  type BuildFunction,
  drawnCodesFunction,
  flatExamples,
  type FunctionOptions,
  modelFunction,
  type ModelFunction,
} from "./functions.js";
import { NoiseInputs } from "./noise.js";
import type { ModelSessions } from "./sessions.js";
import { givenChecks, type GivenOptions } from "./trained-options.js";
import type { Vae } from "./vae.js";

/** How uncertain codes are described. */
export interface UncertaintyOptions extends GivenOptions {
  /**
   * Draws of each example's posterior. Default: none where mean and variance are known in closed form, else 100; a number asks for
   * draws in any case, as of posteriors whose coordinates depend on each other.
   */
  readonly draws?: number;
  /** The quantiles that are found among draws; default [0.05, 0.5, 0.95]. */
  readonly levels?: readonly number[];
  /** Seed of the draws; default 0. */
  readonly seed?: number;
}

export const uncertaintyChecks = {
  ...givenChecks,
  draws: be.whole(2, 100_000),
  levels: be.list(be.number(0, 1), 1, "[0.05, 0.5, 0.95]"),
  seed: be.seed,
} as const satisfies ChecksOf<UncertaintyOptions>;

/** How sure an encoder is of each code. */
export interface CodeUncertainty {
  /** `exact`: by the posterior's own mean and variance. `draws`: by draws of it. */
  readonly from: "exact" | "draws";
  /** [n, latent]. */
  readonly mean: Tensor<"float32">;
  /** Standard deviations [n, latent]; infinite where a posterior has none. */
  readonly deviation: Tensor<"float32">;
  /** If by draws: which quantiles, and their values [n, levels, latent]. */
  readonly quantiles?: { readonly levels: readonly number[]; readonly values: Tensor<"float32"> };
  /** If by draws: these, [n, draws, latent]. */
  readonly draws?: Tensor<"float32">;
}

/** `x` as `encoderFunction` takes it to `mean` and `deviation` [batch, latent]; only `x` itself where they are not known. */
function uncertaintyFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  options: FunctionOptions = {},
): ModelFunction {
  const posterior = bound(model, weights).encode(flatExamples(model, options));
  const [mean, variance] = [posterior.mean?.(), posterior.variance?.()];
  if (mean !== undefined && variance !== undefined)
    return modelFunction({ mean, deviation: variance.sqrt() }, "uncertainty");
  const noise = new NoiseInputs("float32");
  return modelFunction({ z: drawFrom(posterior, noise) }, "uncertainty", noise.inputs);
}

/** Whether a function tells mean and deviation. */
function isExact({ graph }: ModelFunction): boolean {
  return graph.outputs.includes("mean");
}

/** Mean, deviation and quantiles of draws [n * draws, latent], example after example. */
function describeDraws(z: Tensor<"float32">, count: number, levels: readonly number[]): CodeUncertainty {
  const [rows = 0, latent = 0] = z.shape;
  const n = rows / count;
  const [mean, deviation] = [tensor("float32", [n, latent]), tensor("float32", [n, latent])];
  const values = tensor("float32", [n, levels.length, latent]);
  const own = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    for (let d = 0; d < latent; d++) {
      for (let k = 0; k < count; k++) own[k] = z.data[(i * count + k) * latent + d] ?? 0;
      own.sort();
      const average = own.reduce((sum, value) => sum + value, 0) / count;
      mean.data[i * latent + d] = average;
      const squares = own.reduce((sum, value) => sum + (value - average) ** 2, 0);
      deviation.data[i * latent + d] = Math.sqrt(squares / (count - 1));
      for (const [l, level] of levels.entries())
        values.data[(i * levels.length + l) * latent + d] = quantileOf(own, level);
    }
  }
  const draws = tensor("float32", [n, count, latent], z.data);
  return { from: "draws", mean, deviation, quantiles: { levels, values }, draws };
}

/** A quantile of sorted numbers, between neighbours by a straight line. */
function quantileOf(sorted: Float64Array, level: number): number {
  const at = level * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}

/** What `TrainedVae.uncertainty` gives, of `n` examples that are fed by `feedsFor`. */
export async function uncertaintyIn(
  sessions: ModelSessions,
  made: (name: string, build: BuildFunction) => ModelFunction,
  n: number,
  options: UncertaintyOptions,
  feedsFor: (fn: ModelFunction, start: number, end: number) => Tensors,
): Promise<CodeUncertainty> {
  const closed = made("uncertainty", uncertaintyFunction);
  const asked = isExact(closed) && options.draws !== undefined;
  const fn = asked ? made("codes", drawnCodesFunction) : closed;
  const feeds = (start: number, end: number): Tensors => feedsFor(fn, start, end);
  if (isExact(fn)) {
    const { mean, deviation } = await sessions.inBlocks(fn, n, feeds);
    return { from: "exact", mean: mean as Tensor<"float32">, deviation: deviation as Tensor<"float32"> };
  }
  const { draws = 100, levels = [0.05, 0.5, 0.95], seed = 0 } = options;
  return describeDraws(await sessions.drawsOf(fn, n, draws, feeds, seed), draws, levels);
}
