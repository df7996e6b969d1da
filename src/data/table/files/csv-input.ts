import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import { fileError } from "../../files.js";
import {
  type CsvKnown,
  delimitedInput,
  delimitedMarks,
  type TableMarks,
  type TextBytes,
} from "../delimited.js";
import type { TableInput, TablePart } from "../table-input.js";

async function beginning(
  path: string,
  packed: boolean,
  lookedAt: number,
): Promise<{ bytes: Uint8Array; whole: boolean }> {
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(lookedAt), 0, lookedAt, 0);
    const raw = buffer.subarray(0, bytesRead);
    if (!packed) return { bytes: raw, whole: bytesRead < lookedAt };
    const bytes = gunzipSync(raw, { finishFlush: 2, maxOutputLength: 1 << 26 }).subarray(0, lookedAt);
    return { bytes, whole: bytesRead < lookedAt && bytes.length < lookedAt };
  } finally {
    await file.close();
  }
}

async function* piecesOf(path: string, packed: boolean, start: number): AsyncGenerator<Uint8Array> {
  const raw = createReadStream(path, { highWaterMark: 1 << 20, start });
  const unpacked = packed ? createGunzip({ chunkSize: 1 << 20 }) : undefined;
  if (unpacked !== undefined) {
    raw.on("error", (error) => unpacked.destroy(error));
    raw.pipe(unpacked);
  }
  try {
    for await (const bytes of unpacked ?? raw) yield bytes as Uint8Array;
  } finally {
    raw.destroy();
    unpacked?.destroy();
  }
}

async function textFile(path: string, start = 0): Promise<TextBytes> {
  const packed = /\.gz$/i.test(path);
  const failure = (cause: unknown): Error => fileError(cause, `read ${path}`);
  const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
    throw failure(cause);
  });
  return {
    place: path,
    stamp: `${path} ${size} ${mtimeMs}`,
    beginning: (length) => beginning(path, packed, length),
    pieces: () => piecesOf(path, packed, start),
    failure,
  };
}

/**
 * A file of delimited text, gzipped (`.gz`) or not, or some rows of one, whose place in the file is known.
 *
 * @throws UserError naming the file: it can't be read, or holds nothing
 */
export async function csvInput(path: string, known: CsvKnown = {}, part?: TablePart): Promise<TableInput> {
  return delimitedInput(await textFile(path, part?.offset), known, part);
}

/** Reads a file through to see how many rows it has and where rows 0, `every`, 2 * `every`, ... begin; its own first is `before`. */
export async function csvMarks(
  path: string,
  known: CsvKnown,
  every: number,
  before = 0,
): Promise<TableMarks> {
  return delimitedMarks(await textFile(path), known, every, !/\.gz$/i.test(path), before);
}
