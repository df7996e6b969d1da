import path from "node:path";
import { readIfThere } from "../data/index.js";
import { decodeCheckpoint } from "../train/checkpoint.js";
import { runFiles } from "./run-config.js";
import type { Progress, TrainState } from "../train/portable.js";

/** Whether a state is itself the best so far, so that the best checkpoint is a copy of it. */
export function isOwnBest({ best, epoch, stepInEpoch }: Progress): boolean {
  return best !== undefined && best.epoch === epoch && stepInEpoch === 0;
}

/** Whether a best checkpoint is the one that a run standing at `progress` has left: its epoch, after the same history. */
export function belongs({ progress: best }: TrainState, progress: Progress): boolean {
  const history = progress.history.slice(0, best.epoch);
  return (
    best.epoch === progress.best?.epoch &&
    best.best?.value === progress.best.value &&
    JSON.stringify(best.history) === JSON.stringify(history)
  );
}

/** A run's last checkpoint, if there is one. Throws a UserError that names it if it is damaged. */
export async function readLast(folder: string): Promise<{ state: TrainState; bytes: Buffer } | undefined> {
  const file = path.join(folder, runFiles.last);
  const bytes = await readIfThere(file);
  return bytes && { state: decodeCheckpoint(bytes, file), bytes };
}

/** A run's best checkpoint as it was written, if there is one. Throws a UserError that names it if it is damaged. */
export async function readBest(folder: string): Promise<TrainState | undefined> {
  const file = path.join(folder, runFiles.best);
  const bytes = await readIfThere(file);
  return bytes && decodeCheckpoint(bytes, file);
}
