import { formatShape, sizeOf, tensor, UserError } from "../../tensor/index.js";
import type { ExampleTensor } from "../examples.js";
import { guessFile } from "../guess-file.js";
import { MAX_GZIP_RATIO } from "../idx.js";
import { checkIdxLength, MAX_IDX_HEADER, parseIdxHeader } from "../idx-header.js";
import { MAX_NPY_HEADER, readNpyHeader, toCOrder } from "../npy.js";
import { checkLabelShape } from "../label-shape.js";
import {
  exampleType,
  type NumberType,
  numbersIn,
  putExamples,
  roomInMemory,
  toLabelNumbers,
  widths,
} from "../number-types.js";
import type { ExampleData } from "../source.js";
import type { DataArray } from "./format.js";

/** A stretch of bytes, packed or not, wherever it lies. */
export interface StoredBytes {
  /** For messages: the file's path or name, and the member's name if it is one. */
  readonly place: string;
  /** Bytes of it where it lies. */
  readonly length: number;
  readonly packing: "none" | "gzip" | "deflate";
  /** Bytes once unpacked, where that is written down. */
  readonly size?: number;
}

/** The unpacked bytes of a stretch, piece by piece. */
export type Unpacked = () => AsyncIterable<Uint8Array>;

/** The most bytes that a stretch can hold, so that no memory is reserved for what can't be there. */
export function mostBytes({ length, packing, size }: StoredBytes): number {
  return Math.min(size ?? Infinity, packing === "none" ? length : length * MAX_GZIP_RATIO + 64);
}

/** The first bytes, at most `length`. */
export async function beginningOf(bytes: Unpacked, length: number): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of bytes()) {
    const part = chunk.subarray(0, length - filled);
    head.set(part, filled);
    filled += part.length;
    if (filled === length) break;
  }
  return head.subarray(0, filled);
}

/** Whether bytes begin as a NumPy file does. */
export function beginsAsNpy(head: Uint8Array): boolean {
  return String.fromCharCode(...head.subarray(0, 6)) === "\x93NUMPY";
}

/** Whether bytes begin as a file in idx form does. */
export function beginsAsIdx(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0 && head[1] === 0 && (head[2] ?? 0) >> 4 === 0;
}

/** What a header says of the numbers behind it. */
interface Header {
  readonly type: NumberType;
  readonly bigEndian: boolean;
  readonly shape: readonly number[];
  readonly fortran: boolean;
  /** Bytes before the numbers. */
  readonly start: number;
}

/** The forms of header in which an array of numbers is kept. */
export type ArrayForm = "idx" | "npy";

function headerOf(form: ArrayForm, head: Uint8Array, packed: StoredBytes): Header {
  const { place, length, packing } = packed;
  const size = packing === "none" ? length : packed.size;
  if (form === "npy") {
    const wrong = guessFile(head);
    if (wrong !== "" && head[0] !== 0x93) throw new UserError(`${place} is not a NumPy file${wrong}`);
    return readNpyHeader(head, size, place);
  }
  const header = parseIdxHeader(head, place);
  if (size !== undefined) checkIdxLength(header, size - header.offset, place);
  return { ...header, bigEndian: header.width > 1, fortran: false, start: header.offset };
}

/** Numbers are converted in portions of so many bytes. */
const portionBytes = 1 << 20;

/** The bytes of the numbers in portions that begin at a multiple of 8; each is overwritten by the next. */
async function* portions(
  packed: StoredBytes,
  bytes: Unpacked,
  header: Header,
): AsyncGenerator<Uint8Array, void> {
  const needed = sizeOf(header.shape) * widths[header.type];
  const room = new Uint8Array(Math.min(portionBytes, needed));
  let skip = header.start;
  let [filled, total] = [0, 0];
  for await (const chunk of bytes()) {
    let rest = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    total += rest.length;
    if (total > needed) throw wrongLength(packed, header, total);
    while (rest.length > 0) {
      const part = rest.subarray(0, room.length - filled);
      room.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
      if (filled < room.length) break;
      yield room;
      filled = 0;
    }
  }
  if (total !== needed) throw wrongLength(packed, header, total);
  if (filled > 0) yield room.subarray(0, filled);
}

function wrongLength({ place }: StoredBytes, { type, shape }: Header, found: number): UserError {
  const needed = sizeOf(shape) * widths[type];
  return new UserError(
    `${place} ${found < needed ? "is cut off" : "is too long"}: ${type} numbers of shape ${formatShape(shape)} take ` +
      `${needed} bytes, but ${found < needed ? "there are" : "there are at least"} ${found}; get or write it again`,
  );
}

/** Refuses a number by the example that it belongs to. In Fortran order the first index is the fastest. */
function refusal(place: string, { shape, fortran }: Header, start: number) {
  const size = Math.max(1, sizeOf(shape.slice(1)));
  return (index: number, problem: string): never => {
    const at = start + index;
    const example = fortran ? at % (shape[0] ?? 1) : Math.floor(at / size);
    throw new UserError(`${place}: example ${example} holds ${problem}`);
  };
}

async function readExamples(packed: StoredBytes, bytes: Unpacked, header: Header): Promise<ExampleTensor> {
  const { type, bigEndian, shape, fortran } = header;
  const dtype = exampleType(type);
  const out: ExampleData = roomInMemory(dtype, sizeOf(shape), packed.place);
  let at = 0;
  for await (const portion of portions(packed, bytes, header)) {
    const values = numbersIn(portion, type, bigEndian);
    putExamples(values, type, out.subarray(at, at + values.length), refusal(packed.place, header, at));
    at += values.length;
  }
  const data = fortran ? toCOrder(out, roomInMemory(dtype, out.length, packed.place), shape) : out;
  return data instanceof Uint8Array ? tensor("uint8", shape, data) : tensor("float32", shape, data);
}

/** Class numbers `[n]` or `[n, 1]`. */
async function readLabels(packed: StoredBytes, bytes: Unpacked, header: Header): Promise<Int32Array> {
  const { place } = packed;
  const { shape, type, bigEndian } = header;
  checkLabelShape(shape, place);
  const out = roomInMemory("int32", sizeOf(shape), place);
  let at = 0;
  for await (const portion of portions(packed, bytes, header)) {
    const values = numbersIn(portion, type, bigEndian);
    out.set(toLabelNumbers(values, place, at), at);
    at += values.length;
  }
  return out;
}

/** An array that is kept somewhere, its header read: what of a `DataArray` needs no file. */
export type HeadedArray = Omit<DataArray, "source" | "whole"> &
  Pick<Header, "start" | "bigEndian" | "fortran">;

/**
 * Reads the header of an array of numbers. Throws a UserError that names the place for what isn't of that form, or can't be
 * whole.
 */
export async function headedArray(
  packed: StoredBytes,
  bytes: Unpacked,
  form: ArrayForm,
): Promise<HeadedArray> {
  const head = await beginningOf(bytes, form === "npy" ? MAX_NPY_HEADER : MAX_IDX_HEADER);
  const header = headerOf(form, head, packed);
  const { type, shape, start, bigEndian, fortran } = header;
  if (sizeOf(shape) * widths[type] > mostBytes(packed)) throw wrongLength(packed, header, mostBytes(packed));
  return {
    place: packed.place,
    shape,
    type,
    dtype: exampleType(type),
    start,
    bigEndian,
    fortran,
    read: () => readExamples(packed, bytes, header),
    labels: () => readLabels(packed, bytes, header),
  };
}
