import {
  be,
  type OptionChecks,
  optionEntries,
  requireArgument,
  requireOptions,
  unknownOption,
} from "../catalogue/index.js";
import type { Dataset } from "../data/portable.js";
import type { Encoding } from "../distributions/index.js";
import type { Vae } from "../model/index.js";
import type { Platform, Run, TrainSurroundings } from "../train/portable.js";
import { aControl, trainWith } from "../train/portable.js";
import { UserError } from "../tensor/index.js";
import { checkFields } from "./check-fields.js";
import type { Checked, Told } from "./field.js";
import { settingsOf } from "./settings.js";
import { trainingFields } from "./training-fields.js";

/** How a model is trained. Every option has a default. */
export interface TrainOptions extends Told<typeof trainingFields>, TrainSurroundings {}

const surroundings = {
  engine: be.having(["open", "run", "put", "close"], "an engine"),
  out: be.text,
  resume: be.boolean,
  checkpointSeconds: be.number(0),
  configFile: be.text,
  signal: be.signal,
  control: aControl,
  onEvent: be.callable,
} as const satisfies Readonly<Record<keyof TrainSurroundings, unknown>>;

/** What an argument that is a model must be. */
export const aModel = be.having(
  ["parameters", "bind", "likelihood"],
  "a model, such as vae({ input: [28, 28] }) makes",
);
/** What an argument that is a data set must be. */
export const aDataset = be.having(
  ["name", "shape", "train", "test"],
  "a data set, such as await datasets.mnist() or datasets.fromArrays(...) makes",
);

/** The options of `train`, checked: those that are fields of a run, and its surroundings. */
export interface CheckedOptions {
  readonly told: Checked<typeof trainingFields>;
  readonly around: TrainSurroundings;
}

/**
 * Checks what `train` is given. `more` are options that a platform has besides. Throws a UserError that names what is
 * wrong, with a suggestion for an option that doesn't exist.
 */
export function checkTraining(
  model: unknown,
  dataset: unknown,
  options: unknown,
  more: OptionChecks = {},
): CheckedOptions {
  requireArgument("train", "model", model, aModel);
  requireArgument("train", "the data set", dataset, aDataset);
  const known = { ...surroundings, ...more };
  const [told, around]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const [name, value] of optionEntries("train", options)) {
    if (Object.hasOwn(trainingFields, name)) told[name] = value;
    else if (Object.hasOwn(known, name)) around[name] = value;
    else throw unknownOption("train", name, [...Object.keys(trainingFields), ...Object.keys(known)]);
  }
  requireOptions("train", around, known);
  requirePlace(around);
  return { told: checkFields("train", told, trainingFields), around };
}

/** Refuses options that would have no effect without a place for the run. */
function requirePlace(around: TrainSurroundings): void {
  if (around.out !== undefined) return;
  const [name] = (["resume", "checkpointSeconds"] as const).filter(
    (each) => around[each] !== undefined && around[each] !== false,
  );
  if (name === undefined) return;
  const why = name === "resume" ? "there is no run to resume" : "there is nowhere to keep checkpoints";
  throw new UserError(`train: \`${name}\` needs \`out\`, the folder of the run: without it ${why}`, 2);
}

/** Trains without keeping the run, with options that were checked. Throws as `train` does. */
export function trainChecked<E extends Encoding>(
  platform: Platform,
  model: Vae<E>,
  dataset: Dataset,
  { told, around }: CheckedOptions,
): Promise<Run<E>> {
  return trainWith(platform, undefined, model, dataset, settingsOf(told, dataset), around);
}

/**
 * Trains without keeping the run; `more` are options that the platform has besides.
 * Throws a UserError for bad options, for data that don't fit the model, and when a number becomes NaN or infinite.
 */
export async function trainUnkept<E extends Encoding>(
  platform: Platform,
  model: Vae<E>,
  dataset: Dataset,
  options: TrainOptions = {},
  more: OptionChecks = {},
): Promise<Run<E>> {
  return trainChecked(platform, model, dataset, checkTraining(model, dataset, options, more));
}
