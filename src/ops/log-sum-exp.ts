import { Expr } from "../graph/index.js";
import { type Axes, axesOf } from "./axes.js";
import { customGradient } from "./gradient-control.js";
import { reducedShape } from "./reduce.js";

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

/**
 * log(sum(exp(x))) over axes, without overflow; minus infinity over nothing and where every element is, with
 * gradient 0 there.
 */
export function logSumExp(x: Expr, axes?: Axes, keepDims = false): Expr {
  const list = axesOf("logSumExp", x, axes);
  const kept = reducedShape(x.shape, { axes: list, keepDims: true });
  const source = x.stopGradient();
  const total = list.some((axis) => x.shape[axis] === 0)
    ? source.sum(list, true).sub(Number.POSITIVE_INFINITY)
    : logSumExpNodes(source, list);
  const result = customGradient(total.reshape(kept), [x], (grad, output) => {
    const top = output.equal(Number.NEGATIVE_INFINITY).where(0, output);
    return [grad.mul(x.sub(top).exp())];
  });
  return keepDims ? result : result.reshape(reducedShape(x.shape, { axes: list, keepDims: false }));
}

function logSumExpNodes(x: Expr, axes: readonly number[]): Expr {
  const top = x.max(axes, true);
  const shift = top.isFinite().where(top, 0);
  return x.sub(shift).exp().sum(axes, true).log().add(shift);
}

/** log of the softmax along an axis; default the last. */
export function logSoftmax(x: Expr, axis = -1): Expr {
  return x.sub(logSumExp(x, axis, true));
}

/** exp(x) / sum(exp(x)) along an axis; default the last. */
export function softmax(x: Expr, axis = -1): Expr {
  return logSoftmax(x, axis).exp();
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
