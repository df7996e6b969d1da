import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/*
 * Engines on the CPU share its cores: each leaves a small file in a folder of the user's, and counts the files of
 * the others. Nothing here throws: where the folder can't be used, an engine takes itself to be alone.
 */

/** An engine's place among those of the same user on this machine. */
export interface Share {
  readonly folder: string;
  /** The name of its file: process id, a dot, and a number. Without one, it counts itself to what is there. */
  readonly id?: string;
}

/** What an engine's file says. */
interface Entry {
  readonly host: string;
  /** When its process was started, as the system counts; tells it from a later process of the same number. */
  readonly started: string | null;
  /** The threads that it was told to take; null if it takes its share. */
  readonly threads: number | null;
}

/** Below XDG_RUNTIME_DIR, else a folder of this user's below the one for temporary files. */
export function shareFolder(): string {
  const runtime = process.env.XDG_RUNTIME_DIR;
  if (runtime !== undefined && path.isAbsolute(runtime)) return path.join(runtime, "latent-engines");
  return path.join(os.tmpdir(), `latent-engines-${process.getuid?.() ?? os.userInfo().username}`);
}

/** The start time of a process in ticks since the machine's start, where the system tells it; else null. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Makes the folder; throws if it isn't one of this user's own, such as a link that somebody else has put there. */
function makeOwn(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const own = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !own) throw new Error(`${folder} is not a folder of this user`);
}

let next = 0;
const entered = new Set<Share>();

/**
 * Enters an engine of this process; `threads` if it was told how many to take. Answers its place, to be left when
 * the engine is closed. A process that ends otherwise is noticed by its number, and its file removed.
 */
export function enterShare(threads?: number, folder: string = shareFolder()): Share {
  try {
    makeOwn(folder);
    const id = `${process.pid}.${next++}`;
    const entry: Entry = { host: os.hostname(), started: startOf(process.pid), threads: threads ?? null };
    writeFileSync(path.join(folder, id), JSON.stringify(entry), { mode: 0o600 });
    const share = { folder, id };
    if (next === 1) process.once("exit", () => entered.forEach(leaveShare));
    entered.add(share);
    return share;
  } catch {
    return { folder };
  }
}

/** Takes an engine out again. */
export function leaveShare(share: Share): void {
  entered.delete(share);
  if (share.id !== undefined) remove(share.folder, share.id);
}

function remove(folder: string, id: string): void {
  try {
    rmSync(path.join(folder, id), { force: true });
  } catch {
    // Whoever looks next will remove it, once this process has ended.
  }
}

/** What a file says; undefined if it is of a process that has ended. Such a file is removed. */
function readEntry(folder: string, id: string): Entry | undefined {
  const pid = Number(id.split(".")[0]);
  let entry: Entry = { host: os.hostname(), started: null, threads: null };
  try {
    entry = JSON.parse(readFileSync(path.join(folder, id), "utf8")) as Entry;
  } catch {
    // Gone, or not yet written in full.
  }
  if (entry.host !== os.hostname()) return undefined; // its processes can't be seen from here
  const same = entry.started === null || entry.started === startOf(pid);
  if (isAlive(pid) && same) return entry;
  remove(folder, id);
  return undefined;
}

/** Orders files by process and number, so that all engines agree on the order. */
function inOrder(a: string, b: string): number {
  const [x, y] = [a.split(".").map(Number), b.split(".").map(Number)] as [number[], number[]];
  return (x[0] ?? 0) - (y[0] ?? 0) || (x[1] ?? 0) - (y[1] ?? 0);
}

/**
 * The number of threads that an engine should take now, and how many others there are: what those with a number of
 * their own leave of `cores`, divided equally among the rest, at least one each.
 */
export function shareOf(share: Share, cores: number): { threads: number; others: number } {
  let names: string[] = [];
  try {
    names = readdirSync(share.folder).filter((name) => /^\d+\.\d+$/.test(name));
  } catch {
    // No folder, no others.
  }
  const entries = names.sort(inOrder).flatMap((id) => {
    const entry = readEntry(share.folder, id);
    return entry === undefined ? [] : [{ id, threads: entry.threads }];
  });
  const taken = entries.reduce((total, { threads }) => total + (threads ?? 0), 0);
  const sharing = entries.filter(({ threads }) => threads === null).map(({ id }) => id);
  const at = share.id === undefined ? -1 : sharing.indexOf(share.id);
  const count = sharing.length + (at < 0 ? 1 : 0);
  const left = Math.max(0, cores - taken);
  const more = (at < 0 ? count - 1 : at) < left % count ? 1 : 0;
  const threads = Math.max(1, Math.floor(left / count) + more);
  return { threads, others: entries.filter(({ id }) => id !== share.id).length };
}
