import type { Dataset } from "../data/portable.js";
import type { Encoding } from "../distributions/index.js";
import type { Vae } from "../model/index.js";
import { RunFolder } from "./run-folder.js";
import { type Platform, type Run, type TrainOptions, trainWith } from "./training.js";

export type { Current, Platform, Run, TrainOptions } from "./training.js";

/**
 * Trains a model on a data set with seeds for everything: the same call gives the same weights, and a resumed
 * run the same as one that was never interrupted, bit for bit. Throws a UserError for bad options, for data that
 * don't fit the model, and when a number becomes NaN or infinite.
 */
export function trainOn<E extends Encoding>(
  platform: Platform,
  model: Vae<E>,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<Run<E>> {
  return trainWith(platform, RunFolder.open.bind(RunFolder), model, dataset, options);
}
