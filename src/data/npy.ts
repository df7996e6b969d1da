import {
  allocate,
  bytesPerElement,
  type DType,
  formatShape,
  type Storage,
  sizeOf,
  stridesOf,
  type Tensor,
  tensor,
  UserError,
} from "../tensor/index.js";

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

/** `\x93NUMPY` */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** NumPy leaves room for the first dimension to grow to this many digits in place. */
const GROWTH_DIGITS = 21;

/**
 * A tensor as a NumPy file (`.npy`, format 1.0, C order), with the bytes that `numpy.save` writes.
 * Throws an Error if the data don't fit the shape.
 */
export function encodeNpy(value: Tensor): Uint8Array {
  const { shape, data } = tensor(value.dtype, value.shape, value.data);
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${DESCRIPTIONS[value.dtype]}', 'fortran_order': False, 'shape': (${dims}), }`;
  const room = shape[0] === undefined ? 0 : GROWTH_DIGITS - String(shape[0]).length;
  const used = 10 + dict.length + room + 1;
  const header = `${dict}${" ".repeat(room + 64 - (used % 64))}\n`;
  const out = new Uint8Array(10 + header.length + data.byteLength);
  out.set([...MAGIC, 1, 0]);
  new DataView(out.buffer).setUint16(8, header.length, true);
  out.set(new TextEncoder().encode(header), 10);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return out;
}

/**
 * The array of a NumPy file (format 1.0 to 3.0), as a copy in C order; arrays in Fortran order are reordered.
 * `source` names the file in messages. Throws a UserError for anything that isn't a whole, valid file with one
 * array of float32, float64, int32, int64, uint8 or bool, little-endian.
 */
export function decodeNpy(bytes: Uint8Array, source: string): Tensor {
  const fail = failing(source);
  const { dtype, shape, fortran, start } = readNpyHeader(bytes, bytes.length, source);
  const data = allocate(dtype, sizeOf(shape));
  new Uint8Array(data.buffer).set(bytes.subarray(start));
  if (dtype === "bool" && !(data as Uint8Array).every((byte) => byte <= 1)) {
    fail("it has bools other than 0 and 1");
  }
  return tensor(dtype, shape, fortran ? fromFortran(dtype, data, shape) : data);
}

/** What the header of a NumPy file says. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Whether the first index is fastest. */
  readonly fortran: boolean;
  /** Bytes before the data. */
  readonly start: number;
}

/** The most bytes that a header takes which `readNpyHeader` reads. */
export const MAX_NPY_HEADER = 12 + 65_535;

/**
 * Reads the header from the first bytes of a NumPy file of `size` bytes. Throws a UserError as `decodeNpy`, also if
 * the data are not as many bytes as the header says.
 */
export function readNpyHeader(bytes: Uint8Array, size: number, source: string): NpyHeader {
  const fail = failing(source);
  const { text, start } = readHeader(bytes, fail);
  const { description, fortran, shape } = parseHeader(text, fail);
  const dtype = dtypeOf(description);
  if (dtype === undefined) {
    const types = Object.keys(DESCRIPTIONS).join(", ");
    throw new UserError(
      `${source} has elements of type ${description}; convert it in NumPy to one of ${types}`,
    );
  }
  const needed = sizeOf(shape) * bytesPerElement(dtype);
  const found = size - start;
  if (found !== needed) {
    const problem = `an array of ${dtype} and shape ${formatShape(shape)} takes ${needed} bytes, but ${found} follow`;
    fail(found < needed ? `${problem}: the file seems cut off` : problem);
  }
  return { dtype, shape, fortran, start };
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

/** For single bytes the sign for the byte order has no meaning. */
function dtypeOf(description: string): DType | undefined {
  const plain = description.replace(/^[<>=|](?=[ub]1$)/, "|");
  return (Object.keys(DESCRIPTIONS) as DType[]).find((dtype) => DESCRIPTIONS[dtype] === plain);
}

/** The elements of an array stored first index fastest, with the last index fastest. */
function fromFortran<D extends DType>(dtype: D, data: Storage[D], shape: readonly number[]): Storage[D] {
  const from = stridesOf([...shape].reverse()).reverse();
  const to = stridesOf(shape);
  const out = allocate(dtype, data.length);
  for (let i = 0; i < data.length; i++) {
    const at = to.reduce((sum, stride, axis) => {
      return sum + (Math.floor(i / stride) % (shape[axis] ?? 1)) * (from[axis] ?? 0);
    }, 0);
    out[i] = data[at] as Storage[D][number];
  }
  return out;
}
