import { Expr } from "../graph/index.js";
import { type Axes, axesOf, lengthOf } from "./axes.js";
import { reducedShape } from "./reduce.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Product over axes (default all) of fixed length; 1 over nothing. */
    prod(axes?: Axes, keepDims?: boolean): Expr;
  }
}

/** Product over axes of fixed length, exact in all derivatives also where elements are 0. Over nothing it is 1. */
export function prod(x: Expr, axes?: Axes, keepDims = false): Expr {
  const list = axesOf("prod", x, axes);
  const product = list.reduce((whole, axis) => productAlong(whole, axis), x);
  return keepDims ? product : product.reshape(reducedShape(x.shape, { axes: list, keepDims: false }));
}

/** Multiplies halves with each other until one element is left. */
function productAlong(x: Expr, axis: number): Expr {
  const length = lengthOf(x, axis, "prod");
  if (length === 0) return x.pad(axis, 0, 1, 1);
  if (length === 1) return x;
  const half = Math.floor(length / 2);
  const pairs = x.slice(axis, 0, half).mul(x.slice(axis, half, 2 * half));
  const product = productAlong(pairs, axis);
  return length % 2 === 0 ? product : product.mul(x.slice(axis, length - 1));
}

Expr.prototype.prod = function (axes, keepDims) {
  return prod(this, axes, keepDims);
};
