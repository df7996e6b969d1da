import { be, type ChecksOf, type OptionChecks, requireArgument, requireOptions } from "../catalogue/index.js";
import {
  type Binarization,
  binarizations,
  type Dataset,
  type SplitName,
  splitNames,
  unknownLabel,
} from "../data/portable.js";
import { type EngineSplit, enterSplit, labelsFor, leaveSplit } from "../feed/index.js";
import type { TrainedVae, Vae } from "../model/index.js";
import { elbo, type Objective, objectives } from "../objectives/index.js";
import type { Engine } from "../runtime/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import { type DetailedEvaluation, Evaluator } from "./evaluator.js";
import { codesIn, mutualInformationIn, nearestNeighbourAccuracy, type ReadOptions } from "./latent-use.js";
import { logLikelihoodIn, type LogLikelihoodOptions } from "./log-likelihood.js";
import type { Evaluation } from "./measures.js";
import { type EnteredSplit, inSplit, splitOf } from "./split-in-engine.js";

/** How a trained model is evaluated. */
export interface EvaluateOptions {
  /** Default `test`. */
  readonly split?: SplitName;
  /** Whose terms to report beside the standard measures, an objective or its name with options; default `elbo()`. */
  readonly objective?: Objective | string;
  /** How the examples are made binary, as in training; default `none`. */
  readonly binarize?: Binarization;
  /** Seed of the noise; equal seeds give equal figures. Default 0. */
  readonly seed?: number;
  /**
   * Examples a step; default 500, fewer where an objective decodes more than 10 latents for each, or where convolutions would
   * hold large pictures of all.
   */
  readonly batchSize?: number;
  /** Also estimate the log-likelihood by importance sampling, with these options; default not. */
  readonly logLikelihood?: Omit<LogLikelihoodOptions, "binarize">;
  /** Also measure how the latent variable is used (`LatentUse`); default false. */
  readonly latentUse?: boolean;
  /** Training examples, where they are others than the data set's: an objective's terms may depend on it. */
  readonly datasetSize?: number;
}

const likelihoodChecks = {
  samples: be.whole(1),
  examples: be.whole(1),
  seed: be.seed,
  chunk: be.whole(1),
  onProgress: be.callable,
} as const satisfies ChecksOf<Omit<LogLikelihoodOptions, "binarize">>;

const evaluateChecks = {
  split: be.oneOf(splitNames),
  objective: be.anything, // by the catalogue
  binarize: be.oneOf(binarizations),
  seed: be.seed,
  batchSize: be.whole(1),
  logLikelihood: be.having([], "an object, such as { samples: 500 }"),
  latentUse: be.boolean,
  datasetSize: be.whole(1),
} as const satisfies ChecksOf<EvaluateOptions>;

/** Checks what an evaluation is given; `more` are options that a platform has besides. Throws a UserError. */
export function requireEvaluation(
  model: unknown,
  dataset: unknown,
  options: unknown,
  more: OptionChecks = {},
): void {
  const aModel = be.having(["definition", "weights", "encode"], "a trained model, such as run.model");
  requireArgument("evaluateModel", "model", model, aModel);
  const aDataset = be.having(
    ["name", "shape", "train", "test"],
    "a data set, such as await datasets.mnist()",
  );
  requireArgument("evaluateModel", "the data set", dataset, aDataset);
  requireOptions("evaluateModel", options, { ...evaluateChecks, ...more });
  const { logLikelihood } = options as EvaluateOptions;
  if (logLikelihood !== undefined) {
    requireOptions("evaluateModel: logLikelihood", logLikelihood, likelihoodChecks);
  }
}

/** Codes to compare with and to compare: more than these tell no more of the neighbours, and take memory and time. */
const comparedCodes = 100_000;

/**
 * The measures of a trained model on one part of a data set, with one draw of z an example; the same figures as
 * in training if the seeds are equal. `logLikelihood` and `latentUse` ask for more. Runs in `engine`, into which it
 * puts weights and data. Throws a UserError if the examples don't fit the model, or if something asked for is not
 * defined for its distributions.
 */
export async function evaluateModelIn(
  engine: Engine,
  model: TrainedVae,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  requireEvaluation(model, dataset, options);
  return inSplit(engine, model, dataset, options, (entered) =>
    measureIn(engine, model.definition, entered, options),
  );
}

async function measureIn(
  engine: Engine,
  definition: Vae,
  { data, split, stored, schema }: EnteredSplit,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { binarize = "none", latentUse = false } = options;
  const { seed = 0, batchSize, datasetSize = data.train.length } = options;
  const objective = objectives.take("evaluateModel: objective", options.objective ?? elbo());
  const evaluator = await Evaluator.open(engine, definition, {
    objective,
    stored,
    schema,
    datasetSize,
    binarize,
    seed,
    perDimension: latentUse,
    ...(batchSize !== undefined && { batchSize }),
  });
  let detailed: DetailedEvaluation;
  try {
    detailed = await evaluator.evaluateInDetail(split);
  } finally {
    await evaluator.close();
  }
  const read = { stored, schema, binarize, seed };
  const { logLikelihood } = options;
  return {
    ...detailed.evaluation,
    ...(logLikelihood && {
      logLikelihood: await logLikelihoodIn(engine, definition, { stored, schema }, split, {
        seed,
        ...logLikelihood,
        binarize,
      }),
    }),
    ...(latentUse && {
      latentUse: {
        klPerDimension: detailed.klPerDimension,
        mutualInformation:
          objective.deterministic === true
            ? null
            : await mutualInformationIn(engine, definition, split, read).catch(noneIfRefused),
        neighbourAccuracy: await neighbourAccuracy(engine, definition, data, split, read),
      },
    }),
  };
}

/** A posterior without density has no mutual information; other failures are failures. */
function noneIfRefused(error: unknown): null {
  if (error instanceof UserError) return null;
  throw error;
}

/** The labels' agreement with those of the nearest training codes; null if labels are missing or there is nothing to compare. */
async function neighbourAccuracy(
  engine: Engine,
  definition: Vae,
  data: Dataset,
  split: EngineSplit,
  read: ReadOptions,
): Promise<number | null> {
  const { labels } = splitOf(data, split.name as SplitName);
  const known = data.train;
  if (labels === undefined || known.labels === undefined || split.name === "train") return null;
  if (known.examples.dtype !== read.stored) return null;
  if ([labels, known.labels].some((list) => list.includes(unknownLabel))) return null;
  const queries = await codesIn(engine, definition, split, read, comparedCodes);
  const place = await enterSplit(engine, "train", known, "data:known", labelsFor(definition));
  let codes: Tensor<"float32">;
  try {
    codes = await codesIn(engine, definition, place, read, comparedCodes);
  } finally {
    await leaveSplit(place);
    await engine.put({ "data:known": tensor("uint8", [0]) });
  }
  return nearestNeighbourAccuracy(
    engine,
    { codes, labels: known.labels.subarray(0, comparedCodes) },
    { codes: queries, labels: labels.subarray(0, comparedCodes) },
  );
}
