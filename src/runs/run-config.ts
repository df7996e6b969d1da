import path from "node:path";
import { be, requireArgument } from "../catalogue/index.js";
import type { EpochRecord } from "../train/portable.js";
import { metricsIn } from "./metrics.js";
import { folderPlace } from "./place/folder-place.js";
import { configIn, runFiles } from "./run-files.js";
import type { RunConfig } from "./saved-run.js";

/** The file with the settings of the run in a folder. */
export function runFile(folder = ""): string {
  return path.join(folder, runFiles.config);
}

/**
 * The settings of the run in a folder, or undefined if it holds none. Throws a UserError that names the file, and the
 * field where it is one, if they are damaged.
 */
export async function readRunConfig(folder: string): Promise<RunConfig | undefined> {
  requireArgument("readRunConfig", "the folder", folder, be.text);
  return configIn(folderPlace(folder));
}

/**
 * The epochs in a run's `metrics.jsonl`; none if it isn't there. A last line that was cut off by a kill is passed over.
 * Throws a UserError that names the file and the line which is damaged, missing or there twice.
 */
export function readMetrics(folder: string): Promise<EpochRecord[]> {
  return metricsIn(folderPlace(folder));
}
