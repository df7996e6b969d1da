import { be, type ChecksOf, type OptionChecks, requireArgument, requireOptions } from "../catalogue/index.js";
import {
  type Binarization,
  binarizations,
  type Dataset,
  type SplitName,
  splitNames,
} from "../data/portable.js";
import type { TrainedVae } from "../model/index.js";
import { forward, measure } from "../objectives/index.js";
import type { Engine } from "../runtime/index.js";
import { byExample } from "./by-example.js";
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
    const measured = await byExample(engine, definition, split, { ...reading, seed }, ({ context }) => {
      const { reconstruction, kl } = measure(forward(context), context);
      return { reconstruction, ...(kl && { kl: kl.value, negativeElbo: reconstruction.add(kl.value) }) };
    });
    const { kl, negativeElbo } = measured;
    const scores = {
      reconstruction: measured.reconstruction.data,
      ...(kl && { kl: kl.data }),
      ...(negativeElbo && { negativeElbo: negativeElbo.data }),
    };
    if (samples === 0) return scores;
    const means = await logMeansIn(engine, definition, reading, split, { samples, seed, binarize });
    return { ...scores, negativeLogLikelihood: Float64Array.from(means, (mean) => -mean.value) };
  });
}
