import { be, requireArgument } from "./arguments.js";

/** Element types of tensors, symbolic and concrete. */
export type DType = "float32" | "float64" | "int32" | "int64" | "uint8" | "bool";

/** Element types that carry gradients. */
export type FloatType = "float32" | "float64";

/** The JavaScript storage of each element type; `bool` is stored as bytes 0 and 1. */
export interface Storage {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/** Any typed array that a tensor can hold. */
export type TypedArray = Storage[DType];

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** An element type, where a function takes one. */
export const aDType = be.oneOf(Object.keys(constructors));

/** True for the element types that carry gradients. */
export function isFloat(dtype: DType): dtype is FloatType {
  return dtype === "float32" || dtype === "float64";
}

/** Bytes that one element takes. */
export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/** A zero-filled typed array for `length` elements. */
export function allocate<D extends DType>(dtype: D, length: number): Storage[D] {
  const make = constructors[dtype] as (typeof constructors)[D] | undefined;
  if (make === undefined) requireArgument("allocate", "the dtype", dtype, aDType);
  if (!(length >= 0)) requireArgument("allocate", "the length", length, be.whole(0));
  return new constructors[dtype](length) as Storage[D];
}

/** A typed array over `length` elements of an existing buffer. */
export function viewOf<D extends DType>(
  dtype: D,
  buffer: ArrayBufferLike,
  byteOffset = 0,
  length?: number,
): Storage[D] {
  return new constructors[dtype](buffer as ArrayBuffer, byteOffset, length) as Storage[D];
}

/** A typed array of `dtype` filled from numbers. */
export function fromNumbers<D extends DType>(dtype: D, values: ArrayLike<number>): Storage[D] {
  const out = allocate(dtype, values.length);
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < values.length; i++) out[i] = BigInt(values[i] ?? 0);
  } else {
    (out as Float64Array).set(values);
  }
  return out;
}
