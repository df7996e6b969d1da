import { type DType, type Storage, UserError } from "../tensor/index.js";
import { allocateShared } from "./shared.js";
import type { ExampleData } from "./source.js";

/** A number type that a file or an array of one's own holds. */
export type NumberType =
  | "bool"
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "uint64"
  | "int64"
  | "float16"
  | "float32"
  | "float64";

/** Numbers in the array type that JavaScript has for them: bools as bytes, half floats as float32. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** Bytes a number. */
export const widths: Readonly<Record<NumberType, 1 | 2 | 4 | 8>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
};

/** What numbers are as examples: bools and uint8 stay bytes, all others become float32 of the same value. */
export function exampleType(type: NumberType): "uint8" | "float32" {
  return type === "bool" || type === "uint8" ? "uint8" : "float32";
}

/** Whether it is a type of whole numbers other than bytes, of which people may expect that they are scaled. */
export function isWideInteger(type: NumberType): boolean {
  return exampleType(type) === "float32" && !type.startsWith("float");
}

/** Reverses the bytes of each number in place. The bytes begin at a multiple of 4, and of the width if that is less. */
export function swapBytes({ buffer, byteOffset, length }: Uint8Array, width: number): void {
  if (width === 2) {
    const pairs = new Uint16Array(buffer, byteOffset, length / 2);
    for (let i = 0; i < pairs.length; i++) pairs[i] = ((pairs[i] ?? 0) << 8) | ((pairs[i] ?? 0) >> 8);
  } else if (width > 2) {
    const words = new Uint32Array(buffer, byteOffset, length / 4);
    for (let i = 0; i < words.length; i++) {
      const word = words[i] ?? 0;
      words[i] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
    }
    for (let i = 0; width === 8 && i < words.length; i += 2) {
      [words[i], words[i + 1]] = [words[i + 1] ?? 0, words[i] ?? 0];
    }
  }
}

/** The value of a half float (IEEE 754 binary16). */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/**
 * The numbers in bytes, which must begin at a multiple of 8 in their buffer and are overwritten if they are
 * big-endian; otherwise the result is a view of them, except for half floats.
 */
export function numbersIn(raw: Uint8Array, type: NumberType, bigEndian: boolean): NumberArray {
  if (bigEndian) swapBytes(raw, widths[type]);
  const { buffer, byteOffset } = raw;
  const length = raw.length / widths[type];
  switch (type) {
    case "bool":
    case "uint8":
      return raw;
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "uint16":
      return new Uint16Array(buffer, byteOffset, length);
    case "int16":
      return new Int16Array(buffer, byteOffset, length);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "uint64":
      return new BigUint64Array(buffer, byteOffset, length);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, length);
    case "float16":
      return Float32Array.from(new Uint16Array(buffer, byteOffset, length), half);
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
  }
}

/** Throws the UserError for number `index`, with the problem and what to do. */
export type RefuseNumber = (index: number, problem: string) => never;

/**
 * Writes numbers as examples into `out` (bytes or float32, see `exampleType`). Refuses what would become another
 * number: bools other than 0 and 1, whole numbers that float32 can't hold exactly, float64 beyond its range.
 */
export function putExamples(
  values: NumberArray,
  type: NumberType,
  out: ExampleData,
  refuse: RefuseNumber,
): void {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0n;
      const kept = Math.fround(Number(value));
      if (BigInt(kept) !== value) refuse(i, inexact(value));
      out[i] = kept;
    }
    return;
  }
  out.set(values);
  if (type === "bool") {
    const bad = values.findIndex((value) => value > 1);
    if (bad >= 0) refuse(bad, `${values[bad]} where a bool is 0 or 1; write the file again`);
  } else if (type === "int32" || type === "uint32") {
    for (let i = 0; i < values.length; i++) {
      if (out[i] !== values[i]) refuse(i, inexact(values[i] ?? 0));
    }
  } else if (type === "float64") {
    for (let i = 0; i < values.length; i++) {
      if (Math.abs(out[i] ?? 0) === Infinity && Number.isFinite(values[i])) {
        refuse(i, `${values[i]}, which is too large for float32 (up to 3.4e38); divide the data by a number`);
      }
    }
  }
}

function inexact(value: number | bigint): string {
  return (
    `${value}, which float32 can't hold exactly (whole numbers up to 16,777,216 it can); ` +
    "subtract or divide, or convert to float32 if rounding does no harm"
  );
}

/** Numbers as class numbers of 32 bits; `first` is the number of the first. Refuses fractions, NaN and what is larger. */
export function toLabelNumbers(values: ArrayLike<number | bigint>, source: string, first = 0): Int32Array {
  const out = allocateShared("int32", values.length);
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (typeof value === "number" || typeof value === "bigint") {
      if (Number.isNaN(value)) {
        out[i] = -1; // no label
        continue;
      }
      // BigInts beyond 2 ** 53 are rounded by Number, but never to one of 32 bits.
      out[i] = Number(value);
      if (out[i] === Number(value)) continue;
    }
    throw new UserError(
      `${source}: label ${first + i} is ${describeValue(value)}; labels must be whole numbers of 32 bits, ` +
        "such as class numbers from 0",
    );
  }
  return out;
}

/** A wrong value in a message: text quoted and cut, the rest by its kind. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string")
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (typeof value === "object" && value !== null)
    return `an object (${value.constructor?.name ?? "Object"})`;
  const plain = ["number", "bigint", "boolean"].includes(typeof value) || value === null;
  return plain ? `${value as number | bigint | boolean | null}` : `a ${typeof value}`;
}

/** Room in shared memory. Throws a UserError that names `source` if there isn't so much. */
export function roomInMemory<D extends DType>(dtype: D, length: number, source: string): Storage[D] {
  try {
    return allocateShared(dtype, length);
  } catch (cause) {
    throw new UserError(`${source} needs memory for ${length} numbers, more than there is`, 1, { cause });
  }
}
