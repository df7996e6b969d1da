import type { Dataset } from "../data/portable.js";
import type { Encoding } from "../distributions/index.js";
import type { FolderHandle } from "../model/folder-handle.js";
import type { Vae } from "../model/index.js";
import type { Platform, Run } from "../train/portable.js";
import type { CheckedOptions } from "./options.js";
import { handlePlace } from "./place/handle-place.js";
import { trainInPlace } from "./train-in-place.js";

/** Trains into a folder that a browser has handed out, or resumes the run in it, with options that were checked. */
export function trainInHandle<E extends Encoding>(
  platform: Platform,
  folder: FolderHandle,
  model: Vae<E>,
  dataset: Dataset,
  checked: CheckedOptions,
): Promise<Run<E>> {
  return trainInPlace(platform, handlePlace(folder), model, dataset, checked);
}
