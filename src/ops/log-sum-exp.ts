import { Expr } from "../graph/index.js";
import type { DType } from "../tensor/index.js";
import { type Axes, axesOf } from "./axes.js";
import { customGradient } from "./gradient-control.js";
import { anyMax, reducedShape } from "./reduce.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** log(sum(exp(x))) over axes (default all), without overflow. */
    logSumExp(axes?: Axes, keepDims?: boolean): Expr;
    /** exp(x) / sum(exp(x)) along an axis; default the last. */
    softmax(axis?: number): Expr;
    /** log of the softmax along an axis; default the last. */
    logSoftmax(axis?: number): Expr;
  }
}

/** The largest element, which may pass over NaN. */
function largest(x: Expr, axes: readonly number[]): Expr {
  return anyMax(x, axes, true).stopGradient();
}

/** exp(x - shift) over axes in parts, by default less the largest element. NaN reaches the total. */
function parts(x: Expr, axes: readonly number[], shift = largest(x, axes)): { shifted: Expr; total: Expr } {
  const shifted = x.sub(shift);
  return { shifted, total: shifted.exp().sum(axes, true) };
}

const largestNumber = (dtype: DType): number =>
  dtype === "float64" ? Number.MAX_VALUE : 2 ** 128 - 2 ** 104;

/**
 * log(sum(exp(x))) over axes, without overflow; minus infinity over nothing and where every element is, with
 * gradient 0 there.
 */
export function logSumExp(x: Expr, axes?: Axes, keepDims = false): Expr {
  const list = axesOf("logSumExp", x, axes);
  if (list.some((axis) => x.shape[axis] === 0)) {
    return x.sum(list, keepDims).sub(Number.POSITIVE_INFINITY);
  }
  const top = largest(x, list);
  // Of rows with plus infinity, which has all of the weight, all else must still lie far below.
  const shift = top.greater(Number.NEGATIVE_INFINITY).where(top.minimum(largestNumber(x.dtype)), 0);
  const { shifted, total } = parts(x, list, shift);
  const value = total.log().add(shift);
  const result = customGradient(value, [x], (grad) => {
    const weights = shifted.exp().div(total.equal(0).where(1, total));
    return [grad.mul(weights)];
  });
  return keepDims ? result : result.reshape(reducedShape(x.shape, { axes: list, keepDims: false }));
}

/** log of the softmax along an axis; default the last. */
export function logSoftmax(x: Expr, axis = -1): Expr {
  const axes = axesOf("logSoftmax", x, axis);
  if (axes.some((at) => x.shape[at] === 0)) return x;
  const { shifted, total } = parts(x, axes);
  return customGradient(shifted.sub(total.log()), [x], (grad, output) => [
    grad.sub(output.exp().mul(grad.sum(axes, true))),
  ]);
}

/** exp(x) / sum(exp(x)) along an axis; default the last. */
export function softmax(x: Expr, axis = -1): Expr {
  const axes = axesOf("softmax", x, axis);
  if (axes.some((at) => x.shape[at] === 0)) return x;
  const { shifted, total } = parts(x, axes);
  return customGradient(shifted.exp().div(total), [x], (grad, output) => [
    output.mul(grad.sub(output.mul(grad).sum(axes, true))),
  ]);
}

Expr.prototype.logSumExp = function (axes, keepDims) {
  return logSumExp(this, axes, keepDims);
};
Expr.prototype.softmax = function (axis) {
  return softmax(this, axis);
};
Expr.prototype.logSoftmax = function (axis) {
  return logSoftmax(this, axis);
};
