import { createHash } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { sizeOf } from "../../tensor/index.js";
import { cacheFolder } from "../cache.js";
import { errorCode, fileError, makeFolder } from "../files.js";
import { claimPart } from "../part-file.js";
import {
  type BrokenPicture,
  type CacheAbout,
  checksumOf,
  entryFiles,
  readEntry,
  writeAbout,
} from "./cache-entry.js";
import { cacheLimit, makeRoom, removeEntry, useEntry } from "./cache-room.js";
import { type PictureFile, shortened } from "./found.js";
import { manyAtATime } from "./many.js";
import { lanes } from "./lanes.js";
import { readPlainFile } from "./plain-file.js";
import type { PictureReader } from "./reading.js";
import { type checkedChoices, type PictureSettings, shapeOf } from "./settings.js";

/** How far reading pictures is. */
export interface PictureProgress {
  /** The folder's or the list's name. */
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/** How decoding is followed, stopped and kept. */
export interface DecodingOptions {
  /** The name to tell. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  readonly onPictures?: ((progress: PictureProgress) => void) | undefined;
  /** The folder of all decoded pictures; default `pictures` in the cache folder. */
  readonly folder?: string | undefined;
}

/** Decoded pictures on the disk: [files, ...shape] in one file. */
export interface CachedPictures {
  readonly about: CacheAbout;
  readonly settings: PictureSettings;
  readonly path: string;
  readonly shape: readonly number[];
}

/** What changes whenever what is decoded does. */
const version = 1;

/** Pictures that are written at a time: so many, and numbers. */
const [mostPictures, mostNumbers] = [256, 2 ** 25];

/** The name of what these files become: of their names, sizes and times, what is asked for, and what reads them. */
function keyOf(
  root: string,
  files: readonly PictureFile[],
  reader: string,
  { size, fit, colour, background }: ReturnType<typeof checkedChoices>,
): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([version, reader, size ?? null, fit, colour ?? null, background, root]));
  for (const { name, size: bytes, modified, changed } of files) {
    hash.update(JSON.stringify([name, bytes, modified, changed]));
  }
  return hash.digest("hex").slice(0, 32);
}

/**
 * The pictures of files, decoded: from the cache if they are there whole, else decoded into it. What an earlier process left
 * unfinished is gone on with; of two that decode the same at a time, each does it by itself and one is kept.
 *
 * @param settle settings with what the pictures themselves decide; asked only if they are not in the cache
 * @throws UserError if the disk refuses; the signal's reason if aborted: what is decoded by then is kept for the next time.
 */
export async function decoded(
  root: string,
  files: readonly PictureFile[],
  reader: PictureReader,
  told: ReturnType<typeof checkedChoices>,
  settle: () => Promise<PictureSettings>,
  options: DecodingOptions,
): Promise<CachedPictures> {
  const { folder = join(cacheFolder(), "pictures"), signal } = options;
  const entry = join(folder, keyOf(root, files, reader.name, told));
  const known = await taken(entry, told, signal);
  if (known !== undefined) return known;
  const settings = await settle();
  try {
    await makeFolder(folder);
    const bytes = files.length * sizeOf(shapeOf(settings));
    await makeRoom(folder, bytes, cacheLimit(), entry);
    const part = await claimPart(entry);
    try {
      await makeFolder(part.path);
      const about = await decodeInto(part.path, files, reader, settings, options);
      await writeAbout(part.path, about);
      await useEntry(part.path);
      await keep(part.path, entry, signal);
    } finally {
      part.release();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw fileError(cause, `keep decoded pictures in ${folder}`);
  }
  const made = await taken(entry, told, signal);
  if (made !== undefined) return made;
  throw new Error(`${entry} is not what was just written there`);
}

async function taken(
  entry: string,
  told: ReturnType<typeof checkedChoices>,
  signal: AbortSignal | undefined,
): Promise<CachedPictures | undefined> {
  if (!(await useEntry(entry))) return undefined;
  const about = await readEntry(entry, signal);
  if (about === undefined) return undefined;
  const { size, fit, colour, background, count } = about;
  const settings = { size, fit, colour, background, broken: told.broken };
  return { about, settings, path: join(entry, entryFiles.pixels), shape: [count, ...shapeOf(settings)] };
}

/** Gives a finished folder its name; if another process was faster, its own is taken, unless it is damaged. */
async function keep(part: string, entry: string, signal: AbortSignal | undefined): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(part, entry);
      return;
    } catch (error) {
      if (!["ENOTEMPTY", "EEXIST", "EPERM"].includes(errorCode(error) ?? "") || attempt > 3) throw error;
    }
    if ((await readEntry(entry, signal)) !== undefined) return rm(part, { recursive: true, force: true });
    // Damaged: whoever has it open keeps what is open.
    await rm(join(entry, `user-${process.pid}`), { force: true });
    if (!(await removeEntry(entry))) await rm(entry, { recursive: true, force: true });
  }
}

/** What is kept of a portion once its pixels are written. */
interface Portion {
  /** The number of files decoded by then. */
  readonly end: number;
  readonly broken: readonly BrokenPicture[];
  readonly animated: number;
  readonly deep: number;
}

/** The portions that an earlier process finished in a folder. */
async function portionsBefore(folder: string, size: number): Promise<Portion[]> {
  const text = await readFile(join(folder, entryFiles.log), "utf8").catch(() => "");
  const written = await stat(join(folder, entryFiles.pixels)).then(
    (info) => info.size,
    () => 0,
  );
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Portion).filter(({ end }) => end * size <= written);
}

/** Decodes all files into a folder, from where an earlier process stopped. */
async function decodeInto(
  folder: string,
  files: readonly PictureFile[],
  reader: PictureReader,
  settings: PictureSettings,
  { name, signal, onPictures }: DecodingOptions,
): Promise<CacheAbout> {
  const size = sizeOf(shapeOf(settings));
  const path = join(folder, entryFiles.pixels);
  const portions = await portionsBefore(folder, size).catch((): Portion[] => []);
  const before = portions.at(-1)?.end ?? 0;
  const portion = Math.max(1, Math.min(mostPictures, Math.floor(mostNumbers / size)));
  const pixels = await open(path, before > 0 ? "r+" : "w");
  const log = await open(join(folder, entryFiles.log), before > 0 ? "a" : "w");
  try {
    for (let start = before; start < files.length; start += portion) {
      const some = files.slice(start, start + portion);
      const { room, ...found } = await decodePortion(some, start, size, reader, settings, signal);
      await pixels.write(room, 0, room.length, start * size);
      await log.writeFile(`${JSON.stringify(found)}\n`);
      portions.push(found);
      onPictures?.({ name, done: found.end, total: files.length });
    }
    await pixels.truncate(files.length * size);
    await pixels.sync();
  } finally {
    await pixels.close();
    await log.close();
  }
  const { fit, colour, background } = settings;
  const sum = (of: (found: Portion) => number): number => portions.reduce((total, one) => total + of(one), 0);
  return {
    ...{ size: settings.size, fit, colour, background },
    count: files.length,
    broken: portions.flatMap(({ broken }) => broken),
    animated: sum(({ animated }) => animated),
    deep: sum(({ deep }) => deep),
    bytes: files.length * size,
    crc: await checksumOf(path, signal),
  };
}

/** Decodes files, number `start` and on, into room of their own. */
async function decodePortion(
  files: readonly PictureFile[],
  start: number,
  size: number,
  reader: PictureReader,
  settings: PictureSettings,
  signal: AbortSignal | undefined,
): Promise<Portion & { readonly room: Uint8Array }> {
  const room = new Uint8Array(files.length * size);
  const broken: BrokenPicture[] = [];
  let [animated, deeper] = [0, 0];
  await manyAtATime(
    files,
    async (file, i) => {
      signal?.throwIfAborted();
      try {
        const { pixels, frames, deep } = await reader.decode(await readPlainFile(file.path), settings);
        if (pixels.length !== size)
          throw new Error(`it was decoded to ${pixels.length} numbers, not ${size}`);
        room.set(pixels, i * size);
        if (frames > 1) animated++;
        if (deep) deeper++;
      } catch (error) {
        broken.push({ index: start + i, why: shortened(error) });
      }
    },
    lanes,
  );
  signal?.throwIfAborted();
  broken.sort((a, b) => a.index - b.index);
  return { end: start + files.length, broken, animated, deep: deeper, room };
}
