import type { OptionChecks } from "../catalogue/index.js";
import type { Dataset } from "../data/portable.js";
import type { Encoding } from "../distributions/index.js";
import type { Vae } from "../model/index.js";
import type { Platform, Run } from "../train/portable.js";
import { checkTraining, trainChecked, type TrainOptions } from "./options.js";
import { folderPlace } from "./place/folder-place.js";
import { trainInPlace } from "./train-in-place.js";

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
  const checked = checkTraining(model, dataset, options, more);
  const { out } = checked.around;
  if (out === undefined) return trainChecked(platform, model, dataset, checked);
  return trainInPlace(platform, folderPlace(out), model, dataset, checked);
}
