import {
  type Binarization,
  binarizeDataset,
  type Dataset,
  type ExampleSchema,
  hideLabels,
  holdOut,
  learnLabels,
  learnSchema,
  schemaOf,
  type Split,
  type Standardization,
} from "../data/portable.js";
import {
  type EngineSplit,
  enterSplit,
  labelsFor,
  leaveSplit,
  requireFit,
  requireFitting,
} from "../feed/index.js";
import type { Vae } from "../model/index.js";
import type { Engine } from "../runtime/index.js";
import { UserError } from "../tensor/index.js";

/** What is done with a data set's examples before they are trained on. */
export interface ExampleSettings {
  readonly validation: number;
  readonly seed: number;
  readonly binarize: Binarization;
  readonly standardize: Standardization;
  readonly labelled: number | undefined;
}

/**
 * A data set as it is trained on: some examples held out, made binary, and its schema with what is learned of the training
 * examples. Throws a UserError if they are not what the model's likelihood can put out.
 */
export async function prepareExamples(
  model: Vae,
  dataset: Dataset,
  { validation, seed, binarize, standardize, labelled }: ExampleSettings,
): Promise<{ data: Dataset; schema: ExampleSchema }> {
  const held = validation > 0 ? holdOut(dataset, validation, seed) : dataset;
  const hidden = labelled === undefined ? held : hideLabels(held, labelled, seed);
  await requireFit(model, hidden, binarize);
  const data = binarizeDataset(hidden, binarize);
  const schema = withLabels(model, data, await learnSchema(schemaOf(data), data.train, standardize));
  await requireFitting(model, data, schema, binarize);
  const [, monitor] = monitored(data);
  if (monitor.examples.dtype === data.train.examples.dtype) return { data, schema };
  throw new UserError(`${data.name}: all splits must be of one number type`);
}

/** The schema with what the training labels say of the classes, for a model that is given them. */
function withLabels({ condition }: Vae, data: Dataset, schema: ExampleSchema): ExampleSchema {
  return condition === undefined ? schema : { ...schema, labels: learnLabels(data, condition.classes) };
}

/** The split that is evaluated after each epoch, and its name. */
export function monitored({ validation, test }: Dataset): readonly ["validation" | "test", Split] {
  return validation === undefined ? ["test", test] : ["validation", validation];
}

/** The training split and the monitored one in the engine; if one can't be entered, none is. */
export async function enterSplits(
  engine: Engine,
  model: Vae,
  data: Dataset,
): Promise<[EngineSplit, EngineSplit]> {
  const [name, monitor] = monitored(data);
  const entering = [
    enterSplit(engine, "train", data.train, "data:train", labelsFor(model)),
    enterSplit(engine, name, monitor, "data:monitor", labelsFor(model)),
  ] as const;
  try {
    return await Promise.all(entering);
  } catch (error) {
    for (const result of await Promise.allSettled(entering))
      if (result.status === "fulfilled") await leaveSplit(result.value);
    throw error;
  }
}
