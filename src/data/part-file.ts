import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "./files.js";

/** Part files that a download of this very process is writing. */
const active = new Set<string>();
let counter = 0;

/** Whether a process of this number runs on this computer. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/**
 * Takes a name of one's own for the unfinished download of `file`, `<file>.<pid>-<n>.part`, and with it what
 * an earlier, ended process (or `<file>.part` by hand) left of it, by renaming: so that no two downloads ever
 * write to one file, and none waits for another.
 */
export async function claimPart(file: string): Promise<{ path: string; release: () => void }> {
  const dir = dirname(file);
  const path = `${file}.${process.pid}-${counter++}.part`;
  active.add(path);
  for (const name of await readdir(dir)) {
    if (!name.startsWith(`${basename(file)}.`) || !name.endsWith(".part")) continue;
    const left = join(dir, name);
    const owner = /\.(\d+)-\d+\.part$/.exec(name)?.[1];
    const mine = Number(owner) === process.pid;
    if (left === path || active.has(left) || (owner !== undefined && !mine && isRunning(Number(owner))))
      continue;
    const claimed = await rename(left, path).then(
      () => true,
      () => false,
    );
    if (claimed) break;
  }
  return { path, release: () => active.delete(path) };
}

/** Removes a part file, if it is there. */
export async function discardPart(path: string): Promise<void> {
  await rm(path, { force: true });
}
