import { type DType, formatShape, sizeOf, UserError } from "../tensor/index.js";
import { guessFile } from "./guess-file.js";
import type { NumberType } from "./number-types.js";

/** What the header of an idx file says: `00 00 <type> <rank>`, then the dimensions, all big-endian. */
export interface IdxHeader {
  /** Bytes an element on disk. */
  readonly width: number;
  /** The number type on disk. */
  readonly type: NumberType;
  /** The element type in memory: int8 and int16 are widened to int32. */
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes before the data. */
  readonly offset: number;
  /** Bytes of the data. */
  readonly bytes: number;
}

/** The most bytes that a header can take: rank 255. */
export const MAX_IDX_HEADER = 4 + 4 * 255;

/** Type codes. */
const types: ReadonlyMap<number, Pick<IdxHeader, "type" | "width" | "dtype">> = new Map([
  [0x08, { type: "uint8", width: 1, dtype: "uint8" }],
  [0x09, { type: "int8", width: 1, dtype: "int32" }],
  [0x0b, { type: "int16", width: 2, dtype: "int32" }],
  [0x0c, { type: "int32", width: 4, dtype: "int32" }],
  [0x0d, { type: "float32", width: 4, dtype: "float32" }],
  [0x0e, { type: "float64", width: 8, dtype: "float64" }],
]);
const codes: Partial<Record<DType, number>> = { uint8: 0x08, int32: 0x0c, float32: 0x0d, float64: 0x0e };

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

/**
 * Reads the header from the first bytes of an idx file.
 *
 * @param source the file's name, for messages
 * @throws UserError if it isn't idx, is cut off within the header, or has no dimension or one of 0.
 */
export function parseIdxHeader(bytes: Uint8Array, source: string): IdxHeader {
  if (bytes.length === 0) throw new UserError(`${source} is empty (0 bytes): download or copy it again`);
  const [zero0, zero1, type = 0, rank = 0] = bytes;
  if (bytes.length >= 4 && (zero0 !== 0 || zero1 !== 0)) {
    throw new UserError(
      `${source} is not an idx file: it begins with ${hex(bytes.subarray(0, 4))} ` +
        `where 00 00 <type> <dimensions> belongs${guessFile(bytes)}`,
    );
  }
  const offset = 4 + 4 * rank;
  const known = types.get(type);
  if (bytes.length >= 4 && known === undefined) {
    throw new UserError(
      `${source} is not an idx file that can be read: its element type is 0x${hex(bytes.subarray(2, 3))}; ` +
        "known are 0x08 (uint8), 0x09 (int8), 0x0b (int16), 0x0c (int32), 0x0d (float32), 0x0e (float64)",
    );
  }
  if (bytes.length < offset || known === undefined) {
    throw new UserError(
      `${source} is cut off: it ends after ${bytes.length} bytes, within its header; get it again`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, offset);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  if (rank === 0 || shape.includes(0)) {
    throw new UserError(`${source} holds no data: its header says shape ${formatShape(shape)}`);
  }
  return { ...known, shape, offset, bytes: sizeOf(shape) * known.width };
}

/** Throws the UserError for a file whose data are not as many bytes as its header says. */
export function checkIdxLength(header: IdxHeader, dataBytes: number, source: string): void {
  if (dataBytes === header.bytes) return;
  const state = dataBytes < header.bytes ? "is cut off" : "is too long";
  throw new UserError(
    `${source} ${state}: its header says shape ${formatShape(header.shape)}, that is ${header.bytes} bytes ` +
      `of data, but ${dataBytes < header.bytes ? "there are" : "there are at least"} ${dataBytes}; get it again`,
  );
}

/**
 * The first bytes of an idx file for a tensor.
 *
 * @throws UserError for a dtype that idx can't hold (int64, bool).
 */
export function encodeIdxHeader(dtype: DType, shape: readonly number[]): Uint8Array {
  const code = codes[dtype];
  if (code === undefined || shape.length > 255) {
    throw new UserError(
      `a ${dtype} tensor of rank ${shape.length} can't be written as idx; use uint8, int32, ` +
        "float32 or float64 and at most 255 dimensions",
    );
  }
  const header = new Uint8Array(4 + 4 * shape.length);
  const view = new DataView(header.buffer);
  header.set([0, 0, code, shape.length]);
  shape.forEach((dim, i) => view.setUint32(4 + 4 * i, dim));
  return header;
}
