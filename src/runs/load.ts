import { stat } from "node:fs/promises";
import { be, requireArgument, requireOptions } from "../catalogue/index.js";
import { fileError } from "../data/index.js";
import type { TrainedVae } from "../model/index.js";
import { UserError } from "../tensor/index.js";
import type { Platform } from "../train/portable.js";
import { loadChecks, type LoadOptions, modelIn } from "./load-model.js";
import { folderPlace } from "./place/folder-place.js";

export type { CheckpointName, LoadOptions } from "./load-model.js";

/**
 * A trained model out of a run's folder or a model folder. Of a run that was interrupted or killed, it is the
 * last checkpoint's. Throws a UserError naming the file that is missing, damaged or of a later version.
 */
export async function loadModelOn(
  platform: Platform,
  folder: string,
  options: LoadOptions = {},
): Promise<TrainedVae> {
  requireArgument("loadModel", "the folder", folder, be.text);
  requireOptions("loadModel", options, loadChecks);
  await requireFolder(folder);
  return modelIn(folderPlace(folder), platform.openBackend.bind(platform), options);
}

async function requireFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    throw fileError(error, `read the folder ${folder}`);
  }
  throw new UserError(`${folder} is a file; give the folder of a run or of a model`);
}
