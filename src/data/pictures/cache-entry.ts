import { createReadStream } from "node:fs";
import { readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import * as z from "zod/mini";
import { type PictureSettings, pictureColours, pictureFits } from "./settings.js";

/** A file that can't be read as a picture. */
export interface BrokenPicture {
  /** Its number among the files. */
  readonly index: number;
  readonly why: string;
}

/** What is in a cache's folder beside the pixels. */
export interface CacheAbout {
  readonly size: string;
  readonly fit: PictureSettings["fit"];
  readonly colour: PictureSettings["colour"];
  readonly background: string;
  /** Pictures, each in its place; those of broken files are zeros. */
  readonly count: number;
  readonly broken: readonly BrokenPicture[];
  /** How many have several frames, and more than 8 bits. */
  readonly animated: number;
  readonly deep: number;
  readonly bytes: number;
  readonly crc: number;
}

const count = z.number().check(z.nonnegative());
const schema = z.object({
  size: z.string(),
  fit: z.enum(pictureFits),
  colour: z.enum(pictureColours),
  background: z.string(),
  count,
  broken: z.array(z.object({ index: count, why: z.string() })),
  animated: count,
  deep: count,
  bytes: count,
  crc: count,
});

/** The files of an entry. */
export const entryFiles = { pixels: "pictures.bin", about: "about.json", log: "progress.jsonl" } as const;

/** The checksum of a file's content. */
export async function checksumOf(file: string, signal?: AbortSignal): Promise<number> {
  let crc = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, ...(signal && { signal }) })) {
    crc = crc32(chunk as Buffer, crc);
  }
  return crc;
}

/** What a cache's folder holds, if it is whole and its pixels are those that were written; and marks it as used now. */
export async function readEntry(folder: string, signal?: AbortSignal): Promise<CacheAbout | undefined> {
  const text = await readFile(join(folder, entryFiles.about), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const about = parsed(text);
  const pixels = join(folder, entryFiles.pixels);
  const size = await stat(pixels).then(
    (info) => info.size,
    () => -1,
  );
  if (about === undefined || size !== about.bytes) return undefined;
  const crc = await checksumOf(pixels, signal).catch(() => {
    signal?.throwIfAborted();
    return undefined;
  });
  if (crc !== about.crc) return undefined;
  const now = new Date();
  await utimes(join(folder, entryFiles.about), now, now).catch(() => undefined);
  return about;
}

function parsed(text: string): CacheAbout | undefined {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

/** Writes what completes an entry. */
export async function writeAbout(folder: string, about: CacheAbout): Promise<void> {
  await writeFile(join(folder, entryFiles.about), `${JSON.stringify(about)}\n`);
}
