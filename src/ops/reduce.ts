import { defineOp, Expr, type OpDef, scalar } from "../graph/index.js";
import { type Dim, isStatic, normalizeAxes, type Shape, sizeOf } from "../tensor/index.js";

/** One axis, several, or undefined for all; negative axes count from the end. */
export type Axes = number | readonly number[] | undefined;

declare module "../graph/expr.js" {
  interface Expr {
    /** Sum over axes (default all). `keepDims` keeps them with length 1; default false. */
    sum(axes?: Axes, keepDims?: boolean): Expr;
    /** Mean over axes (default all); NaN over nothing. */
    mean(axes?: Axes, keepDims?: boolean): Expr;
    /** Largest element over axes (default all); equal maxima share the gradient. */
    max(axes?: Axes, keepDims?: boolean): Expr;
    /** Smallest element over axes (default all); equal minima share the gradient. */
    min(axes?: Axes, keepDims?: boolean): Expr;
    /** Number of elements over axes (default all), as a scalar of this dtype. */
    count(axes?: Axes): Expr;
    /** log(sum(exp(x))) over axes (default all), without overflow. */
    logSumExp(axes?: Axes, keepDims?: boolean): Expr;
    /** exp(x) / sum(exp(x)) along an axis; default the last. */
    softmax(axis?: number): Expr;
    /** log of the softmax along an axis; default the last. */
    logSoftmax(axis?: number): Expr;
  }
}

interface ReduceAttrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

function reducedShape(shape: Shape, { axes, keepDims }: ReduceAttrs): Shape {
  if (keepDims) return shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return shape.filter((_, i) => !axes.includes(i));
}

/** A reduced value or its gradient with the reduced axes back, as length 1. */
function restored(y: Expr, x: Expr, attrs: ReduceAttrs): Expr {
  return attrs.keepDims ? y : y.reshape(reducedShape(x.shape, { axes: attrs.axes, keepDims: true }));
}

function reduction(
  name: string,
  onnx: string,
  gradient: (x: Expr, y: Expr, grad: Expr) => Expr,
): (x: Expr, axes?: Axes, keepDims?: boolean) => Expr {
  const op: OpDef<ReduceAttrs> = {
    name,
    infer: ([x], attrs) => {
      if (x === undefined) throw new Error("takes a node");
      return { dtype: x.dtype, shape: reducedShape(x.shape, attrs) };
    },
    gradient: ({ inputs, output, grad, attrs }) => {
      const x = inputs[0] as Expr;
      return [gradient(x, restored(output, x, attrs), restored(grad, x, attrs))];
    },
    lower: (emit, [x], _node, { axes, keepDims }) =>
      emit.node(onnx, [x as string, emit.ints(axes)], { keepdims: { int: keepDims ? 1 : 0 } }),
  };
  const make = defineOp(op);
  return (x, axes, keepDims = false) => {
    const list = normalizeAxes(axes, x.rank);
    return list.length === 0 ? x : make([x], { axes: list, keepDims });
  };
}

function toEqualElements(x: Expr, y: Expr, grad: Expr): Expr {
  const hit = x.equal(y).cast(x.dtype);
  const axes = y.shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
  return hit.mul(grad.div(hit.sum(axes, true)));
}

/** Sum over axes. Over nothing it is 0. */
export const sum: (x: Expr, axes?: Axes, keepDims?: boolean) => Expr = reduction(
  "sum",
  "ReduceSum",
  (x, _y, g) => g.expand(x.shape, x),
);

/** Largest element over axes; equal maxima share the gradient. */
export const max: (x: Expr, axes?: Axes, keepDims?: boolean) => Expr = reduction(
  "max",
  "ReduceMax",
  toEqualElements,
);

/** Smallest element over axes; equal minima share the gradient. */
export const min: (x: Expr, axes?: Axes, keepDims?: boolean) => Expr = reduction(
  "min",
  "ReduceMin",
  toEqualElements,
);

const makeCount = defineOp<{ readonly axes: readonly number[] }>({
  name: "count",
  infer: (inputs) => ({ dtype: (inputs[0] as Expr).dtype, shape: [] }),
  gradient: () => [null],
  lower: (emit, [x], node, { axes }) => {
    const shape = emit.node("Shape", [x as string]);
    const picked = emit.node("Gather", [shape, emit.ints(axes)]);
    const product = emit.node("ReduceProd", [picked, emit.ints([0])], { keepdims: { int: 0 } });
    return emit.node("Cast", [product], { to: { int: node.dtype === "float64" ? 11 : 1 } });
  },
});

/** Number of elements over axes as a scalar: a constant where the dimensions are numbers. */
export function count(x: Expr, axes?: Axes): Expr {
  const list = normalizeAxes(axes, x.rank);
  const dims = list.map((axis) => x.shape[axis] as Dim);
  return isStatic(dims) ? scalar(sizeOf(dims), x.dtype) : makeCount([x], { axes: list });
}

/** Mean over axes; NaN over nothing. */
export function mean(x: Expr, axes?: Axes, keepDims = false): Expr {
  return x.sum(axes, keepDims).div(count(x, axes));
}

/** log(sum(exp(x))) over axes, without overflow; minus infinity where every element is. */
export function logSumExp(x: Expr, axes?: Axes, keepDims = false): Expr {
  const top = x.max(axes, true).stopGradient();
  const finite = top.abs().less(Number.POSITIVE_INFINITY);
  const shift = finite.where(top, 0);
  const total = x.sub(shift).exp().sum(axes, true).log().add(shift);
  const list = normalizeAxes(axes, x.rank);
  return keepDims ? total : total.reshape(x.shape.filter((_, i) => !list.includes(i)));
}

Expr.prototype.sum = function (axes, keepDims) {
  return sum(this, axes, keepDims);
};
Expr.prototype.mean = function (axes, keepDims) {
  return mean(this, axes, keepDims);
};
Expr.prototype.max = function (axes, keepDims) {
  return max(this, axes, keepDims);
};
Expr.prototype.min = function (axes, keepDims) {
  return min(this, axes, keepDims);
};
Expr.prototype.count = function (axes) {
  return count(this, axes);
};
Expr.prototype.logSumExp = function (axes, keepDims) {
  return logSumExp(this, axes, keepDims);
};
Expr.prototype.softmax = function (axis = -1) {
  return this.logSoftmax(axis).exp();
};
Expr.prototype.logSoftmax = function (axis = -1) {
  return this.sub(logSumExp(this, axis, true));
};
