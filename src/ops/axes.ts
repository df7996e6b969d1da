import { type Expr, requireExpression } from "../graph/index.js";
import { formatShape, normalizeAxes, normalizeAxis, UserError } from "../tensor/index.js";

/** One axis, several, or undefined for all; negative axes count from the end. */
export type Axes = number | readonly number[] | undefined;

/** Calls `find`; the error of an axis out of range then names the op and the shape. */
function naming<T>(op: string, x: Expr, find: () => T): T {
  requireExpression(op, x);
  try {
    return find();
  } catch (error) {
    throw new UserError(`${op}: ${(error as Error).message}, shape ${formatShape(x.shape)}`, 2, {
      cause: error,
    });
  }
}

/** An axis of `x` in 0..rank-1. */
export function axisOf(op: string, x: Expr, axis: number): number {
  return naming(op, x, () => normalizeAxis(axis, x.rank));
}

/** The place of a new axis of `x`, in 0..rank. */
export function newAxisOf(op: string, x: Expr, axis: number): number {
  return naming(op, x, () => normalizeAxis(axis, x.rank + 1));
}

/** Axes of `x` in ascending order, without repeats. */
export function axesOf(op: string, x: Expr, axes: Axes): number[] {
  return naming(op, x, () => normalizeAxes(axes, x.rank));
}

/** The length of an axis; throws, naming `op` if given, if it is known only by name. */
export function lengthOf(x: Expr, axis: number, op?: string): number {
  const dim = x.shape[axis];
  if (typeof dim === "number") return dim;
  const message = `axis ${axis} of ${formatShape(x.shape)} has no fixed length`;
  throw new Error(op === undefined ? message : `${op}: ${message}`);
}
