import { createHash } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../cache.js";
import type { Split } from "../../dataset.js";
import { fileError, requireFolder } from "../../files.js";
import { fileSource } from "../../row-file.js";
import { streamedSplit } from "../../streamed.js";
import { sweepParts } from "../../whole-file.js";
import { TableEncoder } from "../encode.js";
import { encodeInto, type RowsToEncode, type Sink } from "../encoded-rows.js";

/** Encoded tables that nobody asked for in so many days are removed. */
const keptDays = 30;

async function sweep(folder: string): Promise<void> {
  await sweepParts(folder);
  const oldest = Date.now() - keptDays * 86_400_000;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < oldest) await rm(path, { force: true });
  }
}

let counter = 0;

/** Both parts in files of the cache folder, written unless they are there; `stamp` says what they are made of. */
export async function encodeToFiles(
  rows: RowsToEncode,
  sizes: readonly [number, number],
  stamp: string,
): Promise<[Split, Split]> {
  const { size } = new TableEncoder(rows.fitted, rows.place);
  const folder = join(cacheFolder(), "tables");
  await requireFolder(folder);
  await sweep(folder);
  const name = createHash("sha256")
    .update(JSON.stringify([stamp, rows.fitted]))
    .digest("hex")
    .slice(0, 32);
  const paths = ["train", "held"].map((part) => join(folder, `${name}-${part}.f32`));
  const there = await Promise.all(
    paths.map(
      async (path, part) => (await stat(path).catch(() => undefined))?.size === 4 * size * (sizes[part] ?? 0),
    ),
  );
  if (there.every(Boolean)) {
    for (const path of paths) await utimes(path, new Date(), new Date()).catch(() => undefined);
  } else {
    await writeParts(rows, paths);
  }
  const split = (part: 0 | 1): Split =>
    streamedSplit(
      fileSource({
        path: paths[part] ?? "",
        place: rows.place,
        offset: 0,
        shape: [sizes[part], size],
        stored: "float32",
        bigEndian: false,
      }),
    );
  return [split(0), split(1)];
}

async function writeParts(rows: RowsToEncode, paths: readonly string[]): Promise<void> {
  const parts = paths.map((path) => `${path}.${process.pid}-${counter++}.part`);
  const files: FileHandle[] = [];
  try {
    for (const part of parts) files.push(await open(part, "w"));
    const sink =
      (file: FileHandle | undefined): Sink =>
      async (numbers) => {
        await file?.writeFile(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
      };
    await encodeInto(rows, [sink(files[0]), sink(files[1])]);
    for (const file of files) await file.close();
    for (const [i, part] of parts.entries()) await rename(part, paths[i] ?? "");
  } catch (cause) {
    for (const file of files) await file.close().catch(() => undefined);
    for (const part of parts) await rm(part, { force: true }).catch(() => undefined);
    throw fileError(cause, `write ${paths[0]}`);
  }
}
