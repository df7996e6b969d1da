import { stat } from "node:fs/promises";
import { be, requireArgument, requireOptions } from "../catalogue/index.js";
import { fileError } from "../data/index.js";
import type { TrainedVae } from "../model/index.js";
import { UserError } from "../tensor/index.js";
import type { Platform, TrainState } from "../train/portable.js";
import { type CheckpointName, loadChecks, type LoadOptions, modelIn, readState } from "./load-model.js";
import { folderPlace } from "./place/folder-place.js";
import { readRunConfig } from "./run-config.js";

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

/** Where a run stands: its last checkpoint, or its best. Throws a UserError naming the file that is missing or damaged. */
export async function stateOfRun(folder: string, name: CheckpointName = "last"): Promise<TrainState> {
  const config = await readRunConfig(folder);
  if (config === undefined) throw new UserError(`${folder} holds no run (config.json)`);
  return (await readState(folderPlace(folder), name, config)).state;
}

async function requireFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    throw fileError(error, `read the folder ${folder}`);
  }
  throw new UserError(`${folder} is a file; give the folder of a run or of a model`);
}
