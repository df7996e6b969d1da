import {
  allocate,
  be,
  type DType,
  formatShape,
  requireArgument,
  sizeOf,
  stridesOf,
  type Tensor,
  tensor,
  UserError,
} from "../tensor/index.js";
import { type NumberArray, type NumberType, numbersIn, widths } from "./number-types.js";

/*
 * npyjs 1.2 is kept and can write too, but aligns to 8 bytes instead of the format's 64 and describes bools as
 * '<b1', and its reader checks neither lengths nor the header's syntax. So it serves as the test's second opinion.
 */

const DESCRIPTIONS = {
  float32: "<f4",
  float64: "<f8",
  int32: "<i4",
  int64: "<i8",
  uint8: "|u1",
  bool: "|b1",
} as const satisfies Record<DType, string>;

/** The types that are read, by NumPy's code without the byte order. */
const CODES: Readonly<Record<string, NumberType>> = {
  b1: "bool",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

/** What the types are read as, the narrowest that holds all their values. */
const TENSOR_TYPES = {
  bool: "bool",
  uint8: "uint8",
  int8: "int32",
  uint16: "int32",
  int16: "int32",
  int32: "int32",
  uint32: "int64",
  uint64: "int64",
  int64: "int64",
  float16: "float32",
  float32: "float32",
  float64: "float64",
} as const satisfies Record<NumberType, DType>;

/** `\x93NUMPY` */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** NumPy leaves room for the first dimension to grow to this many digits in place. */
const GROWTH_DIGITS = 21;

/**
 * A tensor as a NumPy file (`.npy`, format 1.0, C order), with the bytes that `numpy.save` writes.
 * Throws an Error if the data don't fit the shape.
 */
export function encodeNpy(value: Tensor): Uint8Array {
  requireArgument("encodeNpy", "the tensor", value, be.tensor());
  const { dtype, shape, data } = tensor(value.dtype, value.shape, value.data);
  const header = npyHeader(dtype, shape);
  const out = new Uint8Array(header.length + data.byteLength);
  out.set(header);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return out;
}

/** What a NumPy file of an array begins with, for those who write its numbers part by part. */
export function npyHeader(dtype: DType, shape: readonly number[]): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${DESCRIPTIONS[dtype]}', 'fortran_order': False, 'shape': (${dims}), }`;
  const room = shape[0] === undefined ? 0 : GROWTH_DIGITS - String(shape[0]).length;
  const used = 10 + dict.length + room + 1;
  const header = `${dict}${" ".repeat(room + 64 - (used % 64))}\n`;
  const out = new Uint8Array(10 + header.length);
  out.set([...MAGIC, 1, 0]);
  new DataView(out.buffer).setUint16(8, header.length, true);
  out.set(new TextEncoder().encode(header), 10);
  return out;
}

/**
 * The array of a NumPy file (format 1.0 to 3.0), as a copy in C order. Either byte order and Fortran order are read;
 * types that tensors lack are widened: int8, int16 and uint16 to int32, uint32 and uint64 to int64, float16 to float32.
 * `source` names the file in messages. Throws a UserError for anything that isn't a whole, valid file with one
 * array of bools, whole numbers of 8 to 64 bits, or floats of 16 to 64 bits.
 */
export function decodeNpy(bytes: Uint8Array, source = "the npy data"): Tensor {
  requireArgument("decodeNpy", "the bytes", bytes, be.bytes);
  requireArgument("decodeNpy", "the source's name", source, be.text);
  const { type, bigEndian, shape, fortran, start } = readNpyHeader(bytes, bytes.length, source);
  // A copy, which is aligned and may be overwritten; `slice` of a Buffer would be a view.
  const raw = new Uint8Array(bytes.length - start);
  raw.set(bytes.subarray(start));
  const values = numbersIn(raw, type, bigEndian);
  if (type === "bool" && !(values as Uint8Array).every((byte) => byte <= 1)) {
    failing(source)("it has bools other than 0 and 1");
  }
  if (type === "uint64" && (values as BigUint64Array).some((value) => value >= 2n ** 63n)) {
    throw new UserError(`${source} has whole numbers of 2 ** 63 and more; convert it in NumPy to float64`);
  }
  const dtype = TENSOR_TYPES[type];
  const data = allocate(dtype, values.length);
  if (data instanceof BigInt64Array) for (let i = 0; i < data.length; i++) data[i] = BigInt(values[i] ?? 0);
  else data.set(values as Exclude<NumberArray, BigInt64Array | BigUint64Array>);
  return tensor(dtype, shape, fortran ? toCOrder(data, allocate(dtype, data.length), shape) : data);
}

/** What the header of a NumPy file says. */
export interface NpyHeader {
  readonly type: NumberType;
  readonly bigEndian: boolean;
  readonly shape: readonly number[];
  /** Whether the first index is fastest. */
  readonly fortran: boolean;
  /** Bytes before the data. */
  readonly start: number;
}

/** The most bytes that a header takes which `readNpyHeader` reads. */
export const MAX_NPY_HEADER = 12 + 65_535;

/**
 * Reads the header from the first bytes of a NumPy file of `size` bytes (undefined: not known). Throws a UserError as
 * `decodeNpy`, also if the data are not as many bytes as the header says.
 */
export function readNpyHeader(bytes: Uint8Array, size: number | undefined, source: string): NpyHeader {
  const fail = failing(source);
  const { text, start } = readHeader(bytes, fail);
  const { description, fortran, shape } = parseHeader(text, fail);
  const [, order = "", code = ""] = /^([<>=|]?)(.*)$/.exec(description) ?? [];
  const type = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (type === undefined) throw new UserError(`${source} ${unreadable(code, description)}`);
  const needed = sizeOf(shape) * widths[type];
  const found = size === undefined ? needed : size - start;
  if (found !== needed) {
    const problem = `an array of ${type} and shape ${formatShape(shape)} takes ${needed} bytes, but ${found} follow`;
    fail(found < needed ? `${problem}: the file seems cut off` : problem);
  }
  return { type, bigEndian: order === ">", shape, fortran, start };
}

/** Why an element type can't be read, and what to do about it. */
function unreadable(code: string, description: string): string {
  if (code === "O") {
    return "holds Python objects, not numbers: make it one array of numbers, such as by numpy.stack, and save it again";
  }
  if (/^[US]/.test(code)) {
    return (
      `holds text (${description}): save numbers in its place, for labels those of ` +
      "numpy.unique(labels, return_inverse=True)[1]"
    );
  }
  if (code.startsWith("c")) {
    return `holds complex numbers (${description}): save their real and imaginary parts side by side, or abs()`;
  }
  return `has elements of type ${description}; save it with .astype("float32")`;
}

type Fail = (problem: string) => never;

function failing(source: string): Fail {
  return (problem) => {
    throw new UserError(`${source} is not a valid npy file: ${problem}`);
  };
}

function readHeader(bytes: Uint8Array, fail: Fail): { text: string; start: number } {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) fail("it does not begin with the magic text \\x93NUMPY");
  const major = bytes[6] ?? 0;
  const lengthBytes = major === 1 ? 2 : 4;
  const begin = 8 + lengthBytes;
  if (bytes.length < begin) fail("its header is cut off");
  if (major < 1 || major > 3)
    fail(`its format version is ${major}.${bytes[7]}, and only 1.0 to 3.0 are known`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, begin);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = begin + length;
  if (start > bytes.length) fail("its header is cut off");
  if (length > 65_535) fail(`its header has ${length} bytes, too many for a plain array`);
  // Copied because browsers' TextDecoder refuses shared memory.
  return { text: new TextDecoder().decode(new Uint8Array(bytes.subarray(begin, start))), start };
}

interface ParsedHeader {
  readonly description: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** The header is a Python dict of three keys in any order: a text, a bool and a tuple of numbers. */
function parseHeader(text: string, fail: Fail): ParsedHeader {
  const entry = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([\s\d,L]*\))\s*(?:,|(?=\}))/y;
  const values = new Map<string, string>();
  const body = text.trim();
  entry.lastIndex = 1;
  let end = 1;
  for (let match = entry.exec(body); match !== null; match = entry.exec(body)) {
    const [, , key = "", value = ""] = match;
    if (values.has(key)) fail(`its header has the key ${key} twice`);
    values.set(key, value);
    end = entry.lastIndex;
  }
  const description = /^['"](.*)['"]$/.exec(values.get("descr") ?? "")?.[1];
  const order = /^(?:True|False)$/.exec(values.get("fortran_order") ?? "")?.[0];
  const dims = /^\(\s*(|\d+L?\s*,|\d+L?(?:\s*,\s*\d+L?)+\s*,?)\s*\)$/.exec(values.get("shape") ?? "")?.[1];
  const closed = body.startsWith("{") && body.slice(end).trim() === "}";
  if (
    !closed ||
    values.size !== 3 ||
    description === undefined ||
    order === undefined ||
    dims === undefined
  ) {
    return fail(`its header is not of a plain array: ${JSON.stringify(body.slice(0, 200))}`);
  }
  const shape = dims.split(",").flatMap((dim) => (dim.trim() === "" ? [] : [Number.parseInt(dim, 10)]));
  if (!shape.every(Number.isSafeInteger)) fail("a dimension of its shape is too large");
  return { description, fortran: order === "True", shape };
}

/** The elements of an array stored first index fastest, with the last index fastest, in `out`. */
export function toCOrder<T extends { readonly length: number; [index: number]: number | bigint }>(
  data: T,
  out: T,
  shape: readonly number[],
): T {
  const strides = stridesOf([...shape].reverse()).reverse();
  const index = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let i = 0; i < data.length; i++) {
    out[i] = data[at] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      at += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        break;
      }
      at -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return out;
}
