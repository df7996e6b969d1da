import { type Check, requireArgument } from "./arguments.js";
import { UserError } from "./errors.js";

/** A dimension: a length, or a name for a length known only when the graph runs (such as `"batch"`). */
export type Dim = number | string;

/** Dimensions from the outermost to the innermost; `[]` is a scalar. */
export type Shape = readonly Dim[];

const isLength = (dim: unknown): boolean => Number.isInteger(dim) && (dim as number) >= 0;

/** A shape, where a function takes one; -1 is what `reshape` works out. */
export const aShape: Check = {
  expected: 'a list of lengths, which may be names, such as ["batch", 784]',
  ok: (value) =>
    Array.isArray(value) && value.every((dim) => isLength(dim) || dim === -1 || typeof dim === "string"),
};

/** A shape whose dimensions are numbers. */
export const aStaticShape: Check = {
  expected: "a list of whole numbers, such as [28, 28]",
  ok: (value) => Array.isArray(value) && value.every(isLength),
};

/** A shape as text, for messages: `[batch, 28, 28]`. */
export function formatShape(shape: Shape): string {
  if (!Array.isArray(shape)) requireArgument("formatShape", "the shape", shape, aShape);
  return `[${shape.join(", ")}]`;
}

/** Same rank and same dimensions, named ones by name. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** True if every dimension is a number. */
export function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === "number");
}

/** Number of elements; throws if a dimension is only named. */
export function sizeOf(shape: Shape): number {
  if (!isStatic(shape)) throw new Error(`the size of ${formatShape(shape)} is known only at run time`);
  return shape.reduce((product, dim) => product * dim, 1);
}

/** The dimension at `axis`; negative axes count from the end. */
export function dimAt(shape: Shape, axis: number): Dim {
  const dim = shape[normalizeAxis(axis, shape.length)];
  if (dim === undefined) throw new Error(`no axis ${axis} in ${formatShape(shape)}`);
  return dim;
}

/** An axis in 0..rank-1; throws a RangeError if there is none. */
export function normalizeAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank) {
    throw new RangeError(`axis ${axis} is out of range for rank ${rank}`);
  }
  return positive;
}

/** Axes in ascending order without repeats; `undefined` means all. */
export function normalizeAxes(axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list: readonly number[] = Array.isArray(axes) ? axes : [axes];
  return [...new Set(list.map((axis) => normalizeAxis(axis, rank)))].sort((a, b) => a - b);
}

/** NumPy's broadcasting of two shapes; throws if they don't fit. A named dimension fits itself and 1. */
export function broadcast(a: Shape, b: Shape): Shape {
  if (!Array.isArray(a) || !Array.isArray(b)) {
    requireArgument("broadcast", "the first shape", a, aShape);
    requireArgument("broadcast", "the second shape", b, aShape);
  }
  const rank = Math.max(a.length, b.length);
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new UserError(`shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast`, 2);
    }
    out.push(x === 1 ? y : x);
  }
  return out;
}

/** The axes of `to` along which a value of shape `from` is repeated when it is broadcast to `to`. */
export function broadcastAxes(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  return to.flatMap((dim, i) => (i < lead || (from[i - lead] === 1 && dim !== 1) ? [i] : []));
}

/** Row-major strides of a static shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  return strides;
}
