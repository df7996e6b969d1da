import { Packing } from "../nn/index.js";
import { type Binarization, binarizeDataset, type Dataset, type Split } from "../data/portable.js";
import type { TrainedVae } from "../model/index.js";
import { elbo, type Objective } from "../objectives/index.js";
import type { Engine } from "../runtime/index.js";
import { tensor, UserError } from "../tensor/index.js";
import { Evaluator } from "./evaluator.js";
import type { Evaluation } from "./measures.js";

/** A part of a data set. */
export type SplitName = "train" | "validation" | "test";

/** How a trained model is evaluated. */
export interface EvaluateOptions {
  /** Default `test`. */
  readonly split?: SplitName;
  /** Whose terms to report beside the standard measures; default `elbo()`. */
  readonly objective?: Objective;
  /** How the examples are made binary, as in training; default `none`. */
  readonly binarize?: Binarization;
  /** Seed of the noise; equal seeds give equal figures. Default 0. */
  readonly seed?: number;
  /** Examples a step; default 500. */
  readonly batchSize?: number;
  /** Training examples, where they are others than the data set's: an objective's terms may depend on it. */
  readonly datasetSize?: number;
}

/** A part of a data set by name. Throws a UserError if it has none of that name. */
export function splitOf(dataset: Dataset, name: SplitName): Split {
  const split = dataset[name];
  if (split === undefined) {
    throw new UserError(`${dataset.name} has no ${name} split: none was held out of its training examples`);
  }
  return split;
}

/**
 * The measures of a trained model on one part of a data set, with one draw of z an example; the same figures as
 * in training if the seeds are equal. Runs in `engine`, into which it puts weights and data. Throws a UserError if
 * the examples don't fit the model.
 */
export async function evaluateModelIn(
  engine: Engine,
  model: TrainedVae,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { split: name = "test", objective = elbo(), ...rest } = options;
  const { definition, weights } = model;
  const { images, length } = splitOf(binarizeDataset(dataset, options.binarize ?? "none"), name);
  if (dataset.shape.join() !== definition.input.join()) {
    throw new UserError(
      `the model takes examples of shape [${definition.input.join(", ")}], ` +
        `${dataset.name} has [${dataset.shape.join(", ")}]`,
    );
  }
  const stored = images.dtype;
  const shape = [length, definition.dataSize];
  const data =
    images.dtype === "uint8" ? tensor("uint8", shape, images.data) : tensor("float32", shape, images.data);
  await engine.put({ ...new Packing(definition.parameters).pack(weights), "data:evaluate": data });
  const others = { datasetSize: dataset.train.length, ...rest };
  const evaluator = await Evaluator.open(engine, definition, { objective, stored, ...others });
  try {
    return await evaluator.evaluate({ name, resident: "data:evaluate", length });
  } finally {
    await evaluator.close();
  }
}
