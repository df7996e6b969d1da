import { be, type ChecksOf, type OptionChecks, requireArgument, requireOptions } from "../catalogue/index.js";
import {
  type Binarization,
  binarizations,
  type Dataset,
  type SplitName,
  splitNames,
} from "../data/portable.js";
import {
  type BatchOptions,
  type EngineSplit,
  noiseInputs,
  noiseOfExamples,
  openBatch,
  runOnRows,
} from "../feed/index.js";
import type { TrainedVae, Vae } from "../model/index.js";
import { forward, measure } from "../objectives/index.js";
import { compile } from "../onnx/index.js";
import type { Engine } from "../runtime/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import { logMeansIn } from "./log-likelihood.js";
import { inSplit } from "./split-in-engine.js";

/** How examples are scored. */
export interface ScoreOptions {
  /** Default `test`. */
  readonly split?: SplitName;
  /** How the examples are made binary, as in training; default `none`. */
  readonly binarize?: Binarization;
  /** Draws of the posterior an example for an importance-sampled log p(x); default 0: it is not estimated. */
  readonly samples?: number;
  /** Seed of the noise; equal seeds give equal scores, whatever else is scored. Default 0. */
  readonly seed?: number;
}

/** A number for each example, in the split's order, in nats: the higher, the less the model expects the example. */
export interface Scores {
  /** -ELBO = reconstruction + kl, an upper bound of -log p(x), from one draw of z; absent without a KL divergence. */
  readonly negativeElbo?: Float32Array;
  /** -log p(x|z): the distortion. */
  readonly reconstruction: Float32Array;
  /** KL(q(z|x) || p(z)): the rate; absent where it does not exist. */
  readonly kl?: Float32Array;
  /** -log p(x), estimated by importance sampling with `samples` draws, if asked for. */
  readonly negativeLogLikelihood?: Float64Array;
}

const checks = {
  split: be.oneOf(splitNames),
  binarize: be.oneOf(binarizations),
  samples: be.whole(0),
  seed: be.seed,
} as const satisfies ChecksOf<ScoreOptions>;

/** Checks what a scoring is given; `more` are options that a platform has besides. Throws a UserError. */
export function requireScoring(
  model: unknown,
  dataset: unknown,
  options: unknown,
  more: OptionChecks = {},
): void {
  requireArgument("scoreModel", "model", model, be.having(["definition", "weights"], "a trained model"));
  requireArgument("scoreModel", "the data set", dataset, be.having(["name", "shape", "test"], "a data set"));
  requireOptions("scoreModel", options, { ...checks, ...more });
}

const rowsAtATime = 500;

async function measuredIn(
  engine: Engine,
  model: Vae,
  split: EngineSplit,
  reading: Omit<BatchOptions, "batch">,
  seed: number,
): Promise<Scores> {
  const batch = Math.min(rowsAtATime, split.length);
  const opened = openBatch(model, { ...reading, batch });
  const { reconstruction, kl } = measure(forward(opened.context), opened.context);
  const outputs = { reconstruction, ...(kl && { kl: kl.value, negativeElbo: reconstruction.add(kl.value) }) };
  const noise = noiseInputs(opened);
  const graph = compile(outputs, { name: "scores" });
  const program = await engine.open(graph.bytes, graph.inputs);
  const names = Object.keys(outputs) as (keyof typeof outputs)[];
  const scores = Object.fromEntries(names.map((name) => [name, new Float32Array(split.length)]));
  try {
    for (let start = 0; start < split.length; start += batch) {
      const wanted = Int32Array.from({ length: batch }, (_, i) => Math.min(start + i, split.length - 1));
      const feeds = noise.map((one) => {
        return [one.name, noiseOfExamples(one, { seed, purpose: "evaluate" }, wanted)] as const;
      });
      const results = await runOnRows(engine, program, split, wanted, (indices) => ({
        feeds: { ...Object.fromEntries<Tensor>(feeds), indices: tensor("int32", [batch], indices) },
        fetch: names,
      }));
      const count = Math.min(batch, split.length - start);
      for (const name of names) {
        scores[name]?.set((results[name] as Tensor<"float32">).data.subarray(0, count), start);
      }
    }
  } finally {
    await engine.release(program);
  }
  return scores as unknown as Scores;
}

/**
 * Scores every example of a split by itself, for ranking them: anomalies are the examples with the highest scores. Runs in
 * `engine`, into which it puts weights and data. Throws a UserError if the examples don't fit the model, or if `samples`
 * are asked for and the posterior or the prior has no density (Burda et al., 2016).
 */
export async function scoreModelIn(
  engine: Engine,
  model: TrainedVae,
  dataset: Dataset,
  options: ScoreOptions = {},
): Promise<Scores> {
  requireScoring(model, dataset, options);
  const { binarize = "none", samples = 0, seed = 0 } = options;
  const { definition } = model;
  return inSplit(engine, model, dataset, options, async ({ split, stored, schema }) => {
    const reading = { stored, schema, binarize };
    const scores = await measuredIn(engine, definition, split, reading, seed);
    if (samples === 0) return scores;
    const means = await logMeansIn(engine, definition, reading, split, { samples, seed, binarize });
    return { ...scores, negativeLogLikelihood: Float64Array.from(means, (mean) => -mean.value) };
  });
}
