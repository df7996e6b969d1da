import { createHash } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../cache.js";
import type { Split } from "../../dataset.js";
import { fileError, requireFolder } from "../../files.js";
import { fileSource } from "../../row-file.js";
import { allocateShared } from "../../shared.js";
import { streamedSplit } from "../../streamed.js";
import { tensor } from "../../../tensor/index.js";
import { sweepParts } from "../../whole-file.js";
import { TableEncoder } from "../encode.js";
import type { FittedTable } from "../fitted.js";
import type { HeldRows } from "../held-rows.js";
import type { TextTable } from "../texts.js";

/** Rows to encode: a table's chunks, and which rows are held out. */
export interface RowsToEncode {
  readonly place: string;
  readonly fitted: FittedTable;
  readonly chunks: () => AsyncIterable<TextTable> | Iterable<TextTable>;
  readonly held: HeldRows;
}

/** Where a part's rows go. */
type Sink = (rows: Float32Array) => Promise<void> | void;

async function encodeInto(
  { place, fitted, chunks, held }: RowsToEncode,
  [train, other]: readonly [Sink, Sink],
): Promise<void> {
  const encoder = new TableEncoder(fitted, place);
  const { size } = encoder;
  for await (const table of chunks()) {
    const all = new Float32Array(table.rows * size);
    encoder.encode(table, all);
    const wanted = held.wanted(table.first, table.rows);
    const count = wanted.reduce((sum, one) => sum + one, 0);
    const [kept, out] = [new Float32Array(count * size), new Float32Array((table.rows - count) * size)];
    let [k, o] = [0, 0];
    for (let row = 0; row < table.rows; row++) {
      const numbers = all.subarray(row * size, (row + 1) * size);
      if (wanted[row] === 1) kept.set(numbers, size * k++);
      else out.set(numbers, size * o++);
    }
    await train(kept);
    await other(out);
  }
}

/** Both parts in memory. */
export async function encodeInMemory(
  rows: RowsToEncode,
  sizes: readonly [number, number],
): Promise<[Split, Split]> {
  const { size } = new TableEncoder(rows.fitted, rows.place);
  const parts = sizes.map((length) => allocateShared("float32", length * size));
  const ends = [0, 0];
  const sink =
    (part: 0 | 1): Sink =>
    (numbers) => {
      parts[part]?.set(numbers, ends[part]);
      ends[part] = (ends[part] ?? 0) + numbers.length;
    };
  await encodeInto(rows, [sink(0), sink(1)]);
  const split = (part: 0 | 1): Split => {
    const length = sizes[part];
    return { length, examples: tensor("float32", [length, size], parts[part] ?? new Float32Array(0)) };
  };
  return [split(0), split(1)];
}

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
