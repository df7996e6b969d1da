import { be, requireArgument } from "../catalogue/index.js";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip, gzipSync } from "node:zlib";
import type { Tensor } from "../tensor/index.js";
import { fileError } from "./files.js";
import { allocateIdx, encodeIdx, gzipError, idxTensor, isGzip, MAX_GZIP_RATIO, readIdx } from "./idx.js";
import { checkIdxLength, MAX_IDX_HEADER, parseIdxHeader } from "./idx-header.js";
import { writeWhole } from "./whole-file.js";

/** Fills `into` from a position in the file; returns how many bytes there were. */
async function fill(file: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const want = Math.min(into.length - filled, 1 << 26);
    const { bytesRead } = await file.read(into, filled, want, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

async function readPlain(file: FileHandle, head: Uint8Array, path: string): Promise<Tensor> {
  const header = parseIdxHeader(head, path);
  const { size } = await file.stat();
  checkIdxLength(header, size - header.offset, path);
  const raw = allocateIdx(header, path);
  checkIdxLength(header, await fill(file, raw, header.offset), path);
  return idxTensor(header, raw);
}

async function readGzipped(file: FileHandle, path: string): Promise<Tensor> {
  const { size } = await file.stat();
  const stream = createReadStream(path, { fd: file, start: 0, autoClose: false });
  let value: Tensor | undefined;
  let refusal: unknown;
  try {
    await pipeline(
      stream,
      createGunzip({ chunkSize: 1 << 18 }),
      async (chunks: AsyncIterable<Uint8Array>) => {
        try {
          value = await readIdx(chunks, path, size * MAX_GZIP_RATIO);
        } catch (error) {
          refusal = error; // `pipeline` itself may throw an AbortError in its stead
          throw error;
        }
      },
    );
  } catch (cause) {
    throw gzipError(refusal ?? cause, path);
  }
  if (value === undefined) throw new Error(`${path} was not read`);
  return value;
}

/**
 * Reads a file in idx form, plain or gzipped (told by its first bytes, not by its name). The numbers are read
 * straight into shared memory, so that the peak is the size of the data and little more.
 *
 * @throws UserError naming the file if it can't be read, is empty, cut off, too long, damaged, not idx, or
 * without data.
 */
export async function readIdxFile(path: string): Promise<Tensor> {
  requireArgument("readIdxFile", "the path", path, be.text);
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const head = new Uint8Array(MAX_IDX_HEADER);
    const length = await fill(file, head, 0);
    if (isGzip(head)) return await readGzipped(file, path);
    return await readPlain(file, head.subarray(0, length), path);
  } catch (cause) {
    throw fileError(cause, `read ${path}`);
  } finally {
    await file?.close();
  }
}

/**
 * Writes a tensor (uint8, int32, float32 or float64) as an idx file, gzipped if the name ends in `.gz`. The
 * file is there whole or not at all.
 *
 * @throws UserError naming the file if it can't be written, or for another dtype.
 */
export async function writeIdxFile(path: string, value: Tensor): Promise<void> {
  requireArgument("writeIdxFile", "the path", path, be.text);
  const bytes = encodeIdx(value);
  await writeWhole(path, path.endsWith(".gz") ? gzipSync(bytes) : bytes);
}
