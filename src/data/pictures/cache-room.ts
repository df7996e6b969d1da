import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../tensor/index.js";
import { isRunning } from "../part-file.js";
import { entryFiles } from "./cache-entry.js";

/** What decoded pictures may take on the disk, unless `LATENT_PICTURES_CACHE` says otherwise: 10 GB. */
const usualLimit = 10e9;

const units: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** The bytes that all decoded pictures may take. Throws a UserError for a setting that is no size. */
export function cacheLimit(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const told = env.LATENT_PICTURES_CACHE;
  if (told === undefined || told === "") return usualLimit;
  const [, amount, unit = ""] = /^(\d+\.?\d*)\s*([kmgt]?)b?$/i.exec(told.trim()) ?? [];
  if (amount !== undefined) return Number(amount) * (units[unit.toLowerCase()] ?? 1);
  throw new UserError(`LATENT_PICTURES_CACHE must be a size such as 20GB, got "${told}"`, 2);
}

const userName = (name: string): number => Number(/^user-(\d+)$/.exec(name)?.[1] ?? Number.NaN);

/** Says that this process uses an entry, so that no other removes it. False if it isn't there. */
export async function useEntry(folder: string): Promise<boolean> {
  return writeFile(join(folder, `user-${process.pid}`), "").then(
    () => true,
    () => false,
  );
}

async function isUsed(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => {
    const pid = userName(name);
    return Number.isInteger(pid) && isRunning(pid);
  });
}

interface Entry {
  readonly folder: string;
  readonly bytes: number;
  /** When it was last used. */
  readonly used: number;
}

async function entriesIn(root: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const folder = join(root, name);
    const pixels = await stat(join(folder, entryFiles.pixels)).catch(() => undefined);
    const about = await stat(join(folder, entryFiles.about)).catch(() => undefined);
    if (pixels !== undefined)
      entries.push({ folder, bytes: pixels.size, used: about?.mtimeMs ?? pixels.mtimeMs });
  }
  return entries.sort((a, b) => a.used - b.used);
}

const abandoned = /\.(\d+)-\d+\.(part|gone)$/;

/** Whether a folder is one that a running process fills or removes. */
function isUnderWay(folder: string): boolean {
  const pid = Number(abandoned.exec(folder)?.[1] ?? Number.NaN);
  return Number.isInteger(pid) && isRunning(pid);
}

let counter = 0;

/** Removes an entry that nobody uses. */
export async function removeEntry(folder: string): Promise<boolean> {
  if ((await isUsed(folder)) || isUnderWay(folder)) return false;
  const gone = `${folder.replace(abandoned, "")}.${process.pid}-${counter++}.gone`;
  const moved = await rename(folder, gone).then(
    () => true,
    () => false,
  );
  if (!moved) return false;
  // Somebody may have begun to use it just then.
  if (await isUsed(gone)) {
    const back = await rename(gone, folder).then(
      () => true,
      () => false,
    );
    if (back) return false;
  }
  await rm(gone, { recursive: true, force: true });
  return true;
}

/** Makes room for `bytes` more below `limit`, by removing the entries that were used the longest ago, but not `kept`. */
export async function makeRoom(root: string, bytes: number, limit: number, kept: string): Promise<void> {
  const entries = (await entriesIn(root)).filter(({ folder }) => folder !== kept);
  let taken = bytes + entries.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const entry of entries) {
    if (taken <= limit && !entry.folder.endsWith(".gone")) continue;
    if (await removeEntry(entry.folder)) taken -= entry.bytes;
  }
}
