import { be, type Check, requireArgument, valueInWords } from "./arguments.js";
import { aDType, allocate, type DType, fromNumbers, type Storage, type TypedArray } from "./dtype.js";
import { UserError } from "./errors.js";
import { aStaticShape, formatShape, sizeOf } from "./shape.js";

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

/** A tensor over existing storage, or over zeros. Throws a UserError if the length doesn't fit the shape. */
export function tensor<D extends DType>(dtype: D, shape: readonly number[], data?: Storage[D]): Tensor<D> {
  requireArgument("tensor", "the dtype", dtype, aDType);
  requireArgument("tensor", "the shape", shape, aStaticShape);
  if (data !== undefined) requireArgument("tensor", "the numbers", data, be.typedArray);
  const size = sizeOf(shape);
  const storage = data ?? allocate(dtype, size);
  if (storage.length !== size) {
    throw new UserError(
      `a tensor of shape ${formatShape(shape)} takes ${size} values, got ${storage.length}`,
      2,
    );
  }
  return { dtype, shape: [...shape], data: storage };
}

function isTypedArray(value: unknown): value is TypedArray {
  return be.typedArray.ok(value);
}

const aTensor = be.tensor();

const aTensorLike: Check = {
  expected: "numbers: one, a list, lists in lists, a typed array, or a tensor",
  ok: (value) =>
    typeof value === "number" || Array.isArray(value) || isTypedArray(value) || aTensor.ok(value),
};

function shapeOfNested(value: Nested): number[] {
  const shape: number[] = [];
  for (let v: Nested | undefined = value; Array.isArray(v); v = (v as readonly Nested[])[0])
    shape.push((v as readonly Nested[]).length);
  return shape;
}

function flattenNested(value: Nested, shape: readonly number[], depth: number, out: number[]): void {
  if (typeof value === "number") {
    if (depth !== shape.length) throw new UserError("nested arrays are not of equal depth", 2);
    out.push(value);
    return;
  }
  if (!Array.isArray(value)) throw new UserError(`arrays must hold numbers, got ${valueInWords(value)}`, 2);
  if (value.length !== shape[depth]) {
    throw new UserError(`nested arrays are not of equal length at depth ${depth}`, 2);
  }
  for (const item of value as readonly Nested[]) flattenNested(item, shape, depth + 1, out);
}

/**
 * Reads numbers, nested arrays or typed arrays as a tensor of `dtype`; a tensor is converted if it differs. Throws a
 * UserError for anything else.
 */
export function toTensor<D extends DType>(value: TensorLike, dtype: D): Tensor<D> {
  return tensorFrom("toTensor", value, dtype);
}

/** `toTensor` for `where`, which messages name. */
export function tensorFrom<D extends DType>(where: string, value: TensorLike, dtype: D): Tensor<D> {
  requireArgument(where, "the value", value, aTensorLike);
  requireArgument(where, "the dtype", dtype, aDType);
  if (isTypedArray(value)) return tensor(dtype, [value.length], convert(value, dtype));
  if (typeof value === "object" && "dtype" in value) {
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
  requireArgument("toNumbers", "the tensor", value, aTensor);
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
