import type { OptionChecks } from "../catalogue/index.js";
import type { Dataset } from "../data/portable.js";
import type { Encoding } from "../distributions/index.js";
import type { Vae } from "../model/index.js";
import { type Platform, type Run, trainWith } from "../train/portable.js";
import { checkTraining, type TrainOptions } from "./options.js";
import { resumedTraining } from "./resumed.js";
import { readRunConfig, runFile } from "./run-config.js";
import { RunFolder } from "./run-folder.js";
import { settingsOf } from "./settings.js";

/**
 * Trains a model on a data set with seeds for everything: the same call gives the same weights, and a resumed
 * run the same as one that was never interrupted, bit for bit. Throws a UserError for bad options, for data that
 * don't fit the model, and when a number becomes NaN or infinite. `more` are options that a platform has besides.
 */
export async function trainOn<E extends Encoding>(
  platform: Platform,
  model: Vae<E>,
  dataset: Dataset,
  options: TrainOptions = {},
  more: OptionChecks = {},
): Promise<Run<E>> {
  const { told, around } = checkTraining(model, dataset, options, more);
  const { out, resume = false } = around;
  const before = resume && out !== undefined ? await readRunConfig(out) : undefined;
  const settings = settingsOf(
    before === undefined ? told : resumedTraining(told, before, runFile(out)),
    before === undefined ? dataset : undefined,
  );
  return trainWith(platform, RunFolder.open.bind(RunFolder), model, dataset, settings, around);
}
