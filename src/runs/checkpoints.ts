import { type Progress, readCheckpoint, type TrainState } from "../train/portable.js";
import type { RunPlace } from "./place/place.js";
import { runFiles } from "./run-files.js";

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
export async function readLast(
  place: RunPlace,
): Promise<{ state: TrainState; bytes: Uint8Array } | undefined> {
  const bytes = await place.read(runFiles.last);
  return bytes && { state: await readCheckpoint(bytes, place.at(runFiles.last), place.sha256), bytes };
}

/** A run's best checkpoint as it was written, if there is one. Throws a UserError that names it if it is damaged. */
export async function readBest(place: RunPlace): Promise<TrainState | undefined> {
  const bytes = await place.read(runFiles.best);
  return bytes && readCheckpoint(bytes, place.at(runFiles.best), place.sha256);
}
