import path from "node:path";
import {
  be,
  type ChecksOf,
  optionEntries,
  requireArgument,
  requireOptions,
  unknownOption,
} from "../catalogue/index.js";
import { type Dataset, readIfThere, requireFolder, writeWhole } from "../data/index.js";
import type { Vae } from "../model/index.js";
import { UserError } from "../tensor/index.js";
import {
  type ExportedSteps,
  exportTrainingIn,
  type Platform,
  type TrainingCard,
  type TrainSettings,
} from "../train/portable.js";
import { checkFields } from "./check-fields.js";
import type { Told } from "./field.js";
import { aDataset, aModel } from "./options.js";
import { settingsOf } from "./settings.js";
import { trainingFields } from "./training-fields.js";

/** How a training graph is exported: what `train` can be told of the training, and where the files go. */
export interface ExportTrainingOptions extends Told<typeof trainingFields> {
  /** The folder to write; it must not hold a training graph yet. */
  readonly out: string;
  /** So many of the first steps are kept with what they are fed and what comes out of them, to compare; default 16. */
  readonly steps?: number;
}

const checks = { out: be.text, steps: be.whole(1, 100_000) } as const satisfies ChecksOf<
  Pick<ExportTrainingOptions, "out" | "steps">
>;

/** Writes a training graph and all that belongs to it into a folder. Throws a UserError if there is one already. */
export async function writeTraining(
  platform: Platform,
  model: Vae,
  dataset: Dataset,
  settings: TrainSettings,
  { out, ...exported }: ExportedSteps & { readonly out: string },
): Promise<TrainingCard> {
  if ((await readIfThere(path.join(out, "training.json"))) !== undefined)
    throw new UserError(`${out} holds a training graph already; choose another \`out\``);
  const engine = await platform.startEngine(settings.device, settings.threads);
  try {
    const { card, files } = await exportTrainingIn(engine, model, dataset, settings, exported);
    for (const [name, content] of Object.entries(files)) {
      await requireFolder(path.dirname(path.join(out, name)));
      await writeWhole(path.join(out, name), content);
    }
    return card;
  } finally {
    await engine.close();
  }
}

/**
 * Writes what `train` would do as files that any host of ONNX Runtime can train with: `train.onnx`, the steps from old weights to
 * new ones; `start.onnx`, the weights of the start; `training.json`, which says what inputs and outputs are; and the first steps with
 * their numbers, to compare. Returns what `training.json` says. Throws a UserError for options, data and folders
 * that won't do.
 */
export async function exportTrainingOn(
  platform: Platform,
  model: Vae,
  dataset: Dataset,
  options: ExportTrainingOptions,
): Promise<TrainingCard> {
  requireArgument("exportTraining", "model", model, aModel);
  requireArgument("exportTraining", "the data set", dataset, aDataset);
  const [told, around]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const [name, value] of optionEntries("exportTraining", options)) {
    if (Object.hasOwn(trainingFields, name)) told[name] = value;
    else if (Object.hasOwn(checks, name)) around[name] = value;
    else
      throw unknownOption("exportTraining", name, [...Object.keys(trainingFields), ...Object.keys(checks)]);
  }
  requireOptions("exportTraining", around, checks);
  const { out, steps } = around as Pick<ExportTrainingOptions, "out" | "steps">;
  requireArgument("exportTraining", "`out`", out, be.text);
  const settings = settingsOf(checkFields("exportTraining", told, trainingFields), dataset);
  return writeTraining(platform, model, dataset, settings, { out, steps });
}
