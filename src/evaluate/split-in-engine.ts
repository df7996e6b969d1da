import {
  type Binarization,
  binarizeDataset,
  type Dataset,
  type Split,
  type SplitName,
} from "../data/portable.js";
import {
  type BatchOptions,
  type EngineSplit,
  enterSplit,
  labelsFor,
  leaveSplit,
  requireFit,
  requireFitting,
  schemaFor,
} from "../feed/index.js";
import type { TrainedVae } from "../model/index.js";
import { Packing } from "../nn/index.js";
import type { Engine } from "../runtime/index.js";
import { UserError } from "../tensor/index.js";

/** A part of a data set by name. Throws a UserError if it has none of that name. */
export function splitOf(dataset: Dataset, name: SplitName): Split {
  const split = dataset[name];
  if (split === undefined) {
    throw new UserError(`${dataset.name} has no ${name} split: none was held out of its training examples`);
  }
  return split;
}

/** Examples in an engine, beside the weights of a model that they fit. */
export interface EnteredSplit extends Required<Pick<BatchOptions, "stored" | "schema">> {
  /** The data set as the model takes it: binary if it was asked for. */
  readonly data: Dataset;
  readonly split: EngineSplit;
}

/**
 * Puts a trained model's weights and a part of a data set into an engine, does `work` there, and frees what was opened.
 * Throws a UserError if there is no such part or the examples don't fit the model.
 */
export async function inSplit<T>(
  engine: Engine,
  { definition, weights, schema: learned }: TrainedVae,
  dataset: Dataset,
  {
    split: name = "test",
    binarize = "none",
  }: { readonly split?: SplitName; readonly binarize?: Binarization },
  work: (entered: EnteredSplit) => Promise<T>,
): Promise<T> {
  await requireFit(definition, dataset, binarize, [name]);
  const data = binarizeDataset(dataset, binarize);
  const examples = splitOf(data, name);
  const schema = schemaFor(learned, data);
  await requireFitting(definition, data, schema, binarize, [name]);
  await engine.put(new Packing(definition.parameters).pack(weights));
  const split = await enterSplit(engine, name, examples, "data:measured", labelsFor(definition));
  try {
    return await work({ data, split, stored: examples.examples.dtype, schema });
  } finally {
    await leaveSplit(split);
  }
}
