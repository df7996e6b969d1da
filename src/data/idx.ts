import { be, requireArgument } from "../catalogue/index.js";
import { bytesPerElement, type Tensor, type TypedArray, tensor, UserError, viewOf } from "../tensor/index.js";
import { checkIdxLength, encodeIdxHeader, type IdxHeader, parseIdxHeader } from "./idx-header.js";
import { swapBytes } from "./number-types.js";
import { allocateShared } from "./shared.js";

/** Whether bytes begin as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Shared memory for the data of an idx file. Throws a UserError if there isn't so much. */
export function allocateIdx(header: IdxHeader, source: string): Uint8Array {
  try {
    return allocateShared("uint8", header.bytes);
  } catch (cause) {
    throw new UserError(`${source} needs ${header.bytes} bytes of memory, more than there are`, 1, { cause });
  }
}

/** The tensor of an idx file's data bytes, in place but for int8 and int16; `raw` must not be used after. */
export function idxTensor(header: IdxHeader, raw: Uint8Array): Tensor {
  const { width, dtype } = header;
  swapBytes(raw, width);
  if (width === bytesPerElement(dtype)) {
    return tensor(dtype, header.shape, viewOf(dtype, raw.buffer, raw.byteOffset, raw.length / width));
  }
  const narrow =
    width === 1
      ? new Int8Array(raw.buffer, raw.byteOffset, raw.length)
      : new Int16Array(raw.buffer, raw.byteOffset, raw.length / 2);
  const wide = allocateShared("int32", narrow.length);
  wide.set(narrow);
  return tensor("int32", header.shape, wide);
}

/**
 * Reads idx data that arrive in pieces, such as out of a decompressor; the pieces are copied straight to
 * where they stay.
 *
 * @param maxBytes refuses a header that promises more data than this before reserving memory for it
 * @throws UserError as `decodeIdx`
 */
export async function readIdx(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  maxBytes = Infinity,
): Promise<Tensor> {
  let head = new Uint8Array(0);
  let header: IdxHeader | undefined;
  let raw = new Uint8Array(0) as Uint8Array;
  let filled = 0;
  for await (const chunk of chunks) {
    let piece = chunk;
    if (header === undefined) {
      const joined = new Uint8Array(head.length + chunk.length);
      joined.set(head);
      joined.set(chunk, head.length);
      head = joined;
      if (head.length < 4 || head.length < 4 + 4 * (head[3] ?? 0)) continue;
      header = parseIdxHeader(head, source);
      if (header.bytes > maxBytes) checkIdxLength(header, maxBytes, source);
      raw = allocateIdx(header, source);
      piece = head.subarray(header.offset);
    }
    if (filled + piece.length > raw.length) checkIdxLength(header, filled + piece.length, source);
    raw.set(piece, filled);
    filled += piece.length;
  }
  header ??= parseIdxHeader(head, source);
  checkIdxLength(header, filled, source);
  return idxTensor(header, raw);
}

/** Wraps what a decompressor throws; leaves a UserError as it is. */
export function gzipError(cause: unknown, source: string): UserError {
  if (cause instanceof UserError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`${source} is a damaged or cut off gzip file (${reason}): get it again`, 1, { cause });
}

/** Deflate can't shrink data by more than this factor. */
export const MAX_GZIP_RATIO = 1032;

/** The decompressed bytes, piece by piece, with what Node and browsers have in common. */
async function* gunzip(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = (stream as ReadableStream<Uint8Array>).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * Decodes a file in idx form, plain or gzipped (told by its first bytes, not by its name), in Node and in
 * browsers. The tensor lies in shared memory where there is any; int8 and int16 come as int32.
 *
 * @param source the file's name, for messages
 * @throws UserError naming `source` if it is empty, cut off, too long, damaged, not idx, or without data.
 */
export async function decodeIdx(bytes: Uint8Array, source = "the idx data"): Promise<Tensor> {
  requireArgument("decodeIdx", "the bytes", bytes, be.bytes);
  requireArgument("decodeIdx", "the source's name", source, be.text);
  if (isGzip(bytes)) {
    try {
      return await readIdx(gunzip(bytes), source, bytes.length * MAX_GZIP_RATIO);
    } catch (cause) {
      throw gzipError(cause, source);
    }
  }
  const header = parseIdxHeader(bytes, source);
  const data = bytes.subarray(header.offset);
  checkIdxLength(header, data.length, source);
  const raw = allocateIdx(header, source);
  raw.set(data);
  return idxTensor(header, raw);
}

/** A tensor (uint8, int32, float32 or float64) as a plain idx file. */
export function encodeIdx(value: Tensor): Uint8Array {
  requireArgument("encodeIdx", "the tensor", value, be.tensor());
  const header = encodeIdxHeader(value.dtype, value.shape);
  const data: TypedArray = value.data;
  const out = new Uint8Array(header.length + data.byteLength);
  out.set(header);
  const body = out.subarray(header.length);
  body.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  swapBytes(body, data.BYTES_PER_ELEMENT);
  return out;
}
