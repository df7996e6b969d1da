import { bytesPerElement, type DType, type Storage, viewOf } from "../tensor/index.js";

/** Whether this engine has shared memory (Node: always; a browser: only on cross-origin isolated pages). */
const hasShared = typeof SharedArrayBuffer === "function";

/**
 * Zero-filled storage in shared memory where there is any, so that posting it to a worker thread copies
 * nothing; ordinary memory elsewhere.
 */
export function allocateShared<D extends DType>(dtype: D, length: number): Storage[D] {
  const bytes = length * bytesPerElement(dtype);
  return viewOf(dtype, hasShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes), 0, length);
}

/** The same numbers as `dtype` in shared memory: itself if it is that already, otherwise a copy. */
export function toShared<D extends "uint8" | "int32" | "float32">(
  dtype: D,
  data: ArrayLike<number> & { readonly buffer?: ArrayBufferLike },
): Storage[D] {
  const out = allocateShared(dtype, 0);
  const same = data.constructor === out.constructor && data.buffer?.constructor === out.buffer.constructor;
  if (same && hasShared) return data as unknown as Storage[D];
  const copy = allocateShared(dtype, data.length);
  copy.set(data);
  return copy;
}
