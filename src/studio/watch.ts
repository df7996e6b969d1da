import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { lockFile, runFiles } from "../runs/index.js";
import { sweepFiles } from "../sweeps/index.js";
import type { Unsubscribe } from "./messages.js";

/** Milliseconds between two looks at files, for systems that tell of no changes, or not of all. */
const interval = 1000;
/** Every so many looks the run is read again though nothing has changed: the process that trained it may have died. */
const every = 5;
/** Milliseconds in which changes that follow upon one another are looked at together. */
const together = 40;

/** Files in a folder that tell of changes, and the folders in which they are. */
interface Watched {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const ofRun: Watched = {
  files: [
    runFiles.config,
    runFiles.metrics,
    runFiles.last,
    path.join(runFiles.model, "model.json"),
    lockFile,
  ],
  folders: ["", path.dirname(runFiles.last), runFiles.model],
};

const ofSweep: Watched = {
  files: [sweepFiles.plan, sweepFiles.trials, sweepFiles.status, lockFile],
  folders: [""],
};

/** Says of files which they are and how new. */
async function signature(folder: string, files: readonly string[]): Promise<string> {
  const found = await Promise.all(files.map((name) => stat(path.join(folder, name)).catch(() => undefined)));
  return found
    .map((file, i) =>
      file === undefined ? "-" : `${file.ino} ${file.size} ${files[i] === lockFile ? "" : file.mtimeMs}`,
    )
    .join("|");
}

/** A folder that is watched. */
export interface Watching {
  /** Calls `changed` now, or as soon as it is not under way. */
  look(): void;
  readonly end: Unsubscribe;
}

/** Calls `changed` whenever something of the run in a folder may have changed, never twice at a time. */
export const watchRun = (folder: string, changed: () => Promise<void>): Watching =>
  watchFolder(folder, ofRun, changed);

/** The same of the sweep in a folder. */
export const watchSweep = (folder: string, changed: () => Promise<void>): Watching =>
  watchFolder(folder, ofSweep, changed);

function watchFolder(folder: string, { files, folders }: Watched, changed: () => Promise<void>): Watching {
  const watchers: FSWatcher[] = [];
  let [before, looks, busy, again, forced, ended] = ["", 0, false, false, false, false];
  let soon: NodeJS.Timeout | undefined;

  const look = async (force: boolean): Promise<void> => {
    if (ended) return;
    if (busy) {
      again = true;
      forced ||= force;
      return;
    }
    busy = true;
    try {
      const now = await signature(folder, files);
      if (force || now !== before) {
        before = now;
        await changed();
      }
    } finally {
      busy = false;
    }
    if (again) {
      const next = forced;
      again = forced = false;
      await look(next);
    }
  };
  const tell = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined;
      void look(false);
    }, together);
  };
  for (const name of folders) {
    try {
      const watcher = watch(path.join(folder, name), { persistent: false }, tell);
      watcher.on("error", () => watcher.close()); // the looks go on
      watchers.push(watcher);
    } catch {
      // not there yet, or no more watchers to be had: the looks go on
    }
  }
  const timer = setInterval(() => void look(++looks % every === 0), interval);
  timer.unref();
  void look(true);
  return {
    look: () => void look(true),
    end: () => {
      ended = true;
      clearInterval(timer);
      clearTimeout(soon);
      for (const watcher of watchers) watcher.close();
    },
  };
}
