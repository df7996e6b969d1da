import { allocate, type DType, fromNumbers, type Storage, type TypedArray } from "./dtype.js";
import { formatShape, sizeOf } from "./shape.js";

/** A concrete array of numbers in row-major order: what goes into a graph and what comes out. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: Storage[D];
}

/** Nested arrays of numbers, or one number. */
export type Nested = number | readonly Nested[];

/** Whatever can be read as a tensor. */
export type TensorLike = Tensor | Nested | TypedArray;

/** A tensor over existing storage, or over zeros. Throws if the length doesn't fit the shape. */
export function tensor<D extends DType>(dtype: D, shape: readonly number[], data?: Storage[D]): Tensor<D> {
  const size = sizeOf(shape);
  const storage = data ?? allocate(dtype, size);
  if (storage.length !== size) {
    throw new Error(`a tensor of shape ${formatShape(shape)} takes ${size} values, got ${storage.length}`);
  }
  return { dtype, shape: [...shape], data: storage };
}

function isTensor(value: TensorLike): value is Tensor {
  return typeof value === "object" && "dtype" in value && "shape" in value;
}

function shapeOfNested(value: Nested): number[] {
  const shape: number[] = [];
  for (let v: Nested | undefined = value; typeof v === "object"; v = v[0]) shape.push(v.length);
  return shape;
}

function flattenNested(value: Nested, shape: readonly number[], depth: number, out: number[]): void {
  if (typeof value === "number") {
    if (depth !== shape.length) throw new Error("nested arrays are not of equal depth");
    out.push(value);
    return;
  }
  if (value.length !== shape[depth])
    throw new Error(`nested arrays are not of equal length at depth ${depth}`);
  for (const item of value) flattenNested(item, shape, depth + 1, out);
}

/** Reads numbers, nested arrays or typed arrays as a tensor of `dtype`; a tensor is converted if it differs. */
export function toTensor<D extends DType>(value: TensorLike, dtype: D): Tensor<D> {
  if (ArrayBuffer.isView(value)) return tensor(dtype, [value.length], convert(value, dtype));
  if (isTensor(value)) {
    if (value.dtype === dtype) return value as Tensor<D>;
    return tensor(dtype, value.shape, convert(value.data, dtype));
  }
  const shape = shapeOfNested(value);
  const flat: number[] = [];
  flattenNested(value, shape, 0, flat);
  return tensor(dtype, shape, fromNumbers(dtype, flat));
}

function convert<D extends DType>(data: TypedArray, dtype: D): Storage[D] {
  return fromNumbers(dtype, data instanceof BigInt64Array ? Array.from(data, Number) : data);
}

/** The values as plain numbers, in row-major order. */
export function toNumbers(value: Tensor): number[] {
  return value.data instanceof BigInt64Array ? Array.from(value.data, Number) : Array.from(value.data);
}

/** The only value of a tensor with one element. Throws otherwise. */
export function item(value: Tensor): number {
  if (value.data.length !== 1)
    throw new Error(`item() takes one value, got shape ${formatShape(value.shape)}`);
  return Number(value.data[0]);
}

/** Whether a tensor's numbers lie in a SharedArrayBuffer, which ONNX Runtime doesn't take. */
export function isShared({ data }: Pick<Tensor, "data">): boolean {
  return typeof SharedArrayBuffer === "function" && data.buffer instanceof SharedArrayBuffer;
}
