import { defineOp, Expr, type OpDef, requireExpression, scalar } from "../graph/index.js";
import { type Dim, formatShape, isFloat, isStatic, type Shape, sizeOf, UserError } from "../tensor/index.js";
import { type Axes, axesOf } from "./axes.js";
import { type Kind, requireKind } from "./elementwise.js";
import { lowerAnyNan, lowerNanMarks } from "./nan.js";
import { onnxType } from "./onnx-types.js";
import { blocksFrom } from "./blocked.js";
import { reordered, turnedFrom } from "./orientation.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Sum over axes (default all). `keepDims` keeps them with length 1; default false. */
    sum(axes?: Axes, keepDims?: boolean): Expr;
    /** Mean over axes (default all); NaN over nothing. */
    mean(axes?: Axes, keepDims?: boolean): Expr;
    /** Largest element over axes (default all); equal maxima share the gradient. NaN where any is. */
    max(axes?: Axes, keepDims?: boolean): Expr;
    /** Smallest element over axes (default all); equal minima share the gradient. NaN where any is. */
    min(axes?: Axes, keepDims?: boolean): Expr;
    /** Number of elements over axes (default all), as a scalar of this dtype. */
    count(axes?: Axes): Expr;
  }
}

interface ReduceAttrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** The shape without `axes` (in ascending order), or with them as length 1. */
export function reducedShape(shape: Shape, { axes, keepDims }: ReduceAttrs): Shape {
  if (keepDims) return shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return shape.filter((_, i) => !axes.includes(i));
}

/** A reduced value or its gradient with the reduced axes back, as length 1. */
function restored(y: Expr, x: Expr, attrs: ReduceAttrs): Expr {
  return attrs.keepDims ? y : y.reshape(reducedShape(x.shape, { axes: attrs.axes, keepDims: true }));
}

/** What varies between reductions. */
export interface ReductionRule {
  readonly name: string;
  readonly onnx: string;
  readonly kind: Kind;
  /** Whether it has a value over no elements. */
  readonly ofNothing: boolean;
  /** Whether ONNX Runtime's operator may pass over NaN and must be told; default false. */
  readonly missesNan?: boolean;
  /** The gradient by x; `y` and `grad` have the reduced axes as length 1. */
  gradient(x: Expr, y: Expr, grad: Expr): Expr;
}

/** A sum over all that is left of what only adds its operand up, or lays it out anew: the operand's one sum. */
export function sumOfSums(node: Expr, axes: readonly number[]): Expr | undefined {
  return axes.length === node.rank ? (node.inputs[0] as Expr).sum() : undefined;
}

/**
 * The number of leading axes of a sum over those and the last one, which leaves axes between them, as the sum over all
 * pixels and examples of a channel: blocks are then added up first, and what is left is small.
 */
function outerAxes({ shape, dtype }: Expr, axes: readonly number[]): number | undefined {
  const last = shape.length - 1;
  const outer = axes.slice(0, -1);
  const isOuter = outer.length > 0 && outer.length < last && outer.every((axis, i) => axis === i);
  const rows = shape.slice(0, outer.length);
  const fits = isOuter && axes.at(-1) === last && isFloat(dtype) && isStatic(rows) && sizeOf(rows) > 1;
  return fits && !shape.includes(0) ? outer.length : undefined;
}

/**
 * The sum over the first `count` axes, of fixed length, as a product with ones: ONNX Runtime's ReduceSum takes 1.5 to 6
 * times as long for rows that don't fit into the processor's cache.
 */
export function sumOfRows(x: Expr, count: number): Expr {
  const rows = sizeOf(x.shape.slice(0, count));
  const ones = scalar(1, x.dtype).expand([1, rows]);
  return ones.matmul(x.reshape([rows, -1])).reshape(x.shape.slice(count));
}

/** What is left of blocked images without their batch and pixels, or of them altogether; undefined for all else. */
function channelsOfBlocks(
  x: Expr,
  axes: readonly number[],
  reduce: (x: Expr, axes: readonly number[]) => Expr,
): Expr | undefined {
  const source = blocksFrom(x)?.source;
  const whole = axes.join();
  if (source === undefined || (whole !== "0,1,2" && whole !== "0,1,2,3")) return undefined;
  const [batch, count, height, width, block] = source.shape as [Dim, number, number, number, number];
  const pixels = reduce(source.reshape([batch, count, height * width, block]), [2]);
  return reduce(pixels.reshape([batch, count * block]), whole === "0,1,2" ? [0] : [0, 1]);
}

export type Reduction = (x: Expr, axes?: Axes, keepDims?: boolean) => Expr;

function reduction(rule: ReductionRule): Reduction {
  const op: OpDef<ReduceAttrs> = {
    name: rule.name,
    infer: (inputs, attrs) => {
      const x = inputs[0] as Expr;
      requireKind(x, rule.kind);
      const shape = reducedShape(x.shape, attrs);
      const empty = attrs.axes.find((axis) => x.shape[axis] === 0);
      if (empty !== undefined && !rule.ofNothing && !shape.includes(0)) {
        throw new Error(`axis ${empty} of ${formatShape(x.shape)} has no elements`);
      }
      return { dtype: x.dtype, shape };
    },
    gradient: ({ inputs, output, grad, attrs }) => {
      const x = inputs[0] as Expr;
      return [rule.gradient(x, restored(output, x, attrs), restored(grad, x, attrs))];
    },
    lower: (emit, [x], node, { axes, keepDims }) => {
      const keepdims = { int: keepDims ? 1 : 0 };
      const value = emit.node(rule.onnx, [x as string, emit.ints(axes)], { keepdims });
      if (rule.missesNan !== true || !isFloat(node.dtype)) return value;
      const marks = lowerNanMarks(emit, x as string, node.dtype);
      const found = lowerAnyNan(emit, marks, node.dtype, axes, keepDims);
      return emit.node("Where", [found, emit.scalar(Number.NaN, node.dtype), value]);
    },
    simplify: ({ inputs, attrs, shape }) => {
      const x = inputs[0] as Expr;
      const { axes, keepDims } = attrs as unknown as ReduceAttrs;
      if (rule.name === "sum") {
        const cheaper = x.op.simplifySum?.(x, axes)?.reshape(shape);
        if (cheaper !== undefined) return cheaper;
        const first = outerAxes(x, axes);
        if (first !== undefined) return sumOfRows(x, first).sum(-1).reshape(shape);
      }
      const ofChannels = channelsOfBlocks(x, axes, (y, over) => make([y], { axes: over, keepDims: false }));
      if (ofChannels !== undefined) return ofChannels.reshape(shape);
      const from = turnedFrom(x);
      if (from === undefined) return undefined;
      const { source, order } = from;
      const turned = axes.map((axis) => order[axis] ?? axis).sort((a, b) => a - b);
      const reduced = make([source], { axes: turned, keepDims });
      if (keepDims) return reordered(reduced, order);
      const left = order.filter((_, axis) => !axes.includes(axis));
      const ranks = [...left].sort((a, b) => a - b);
      return reordered(
        reduced,
        left.map((axis) => ranks.indexOf(axis)),
      ).reshape(shape);
    },
    ...(rule.name === "sum" && { simplifySum: sumOfSums }),
  };
  const make = defineOp(op);
  return (x, axes, keepDims = false) => {
    const list = axesOf(rule.name, x, axes);
    return list.length === 0 ? x : make([x], { axes: list, keepDims });
  };
}

function toEqualElements(x: Expr, y: Expr, grad: Expr): Expr {
  const hit = x.equal(y).cast(x.dtype);
  const axes = y.shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
  return hit.mul(grad.div(hit.sum(axes, true)));
}

/** Sum over axes. Over nothing it is 0. */
export const sum: Reduction = reduction({
  name: "sum",
  onnx: "ReduceSum",
  kind: "signed",
  ofNothing: true,
  gradient: (x, _y, g) => g.expand(x.shape, x),
});

const maxRule = { onnx: "ReduceMax", kind: "any", ofNothing: false, gradient: toEqualElements } as const;

/** Largest element over axes; equal maxima share the gradient. NaN, the gradient too, where any is. */
export const max: Reduction = reduction({ name: "max", ...maxRule, missesNan: true });

/** As `max`, but a NaN may be passed over: for what lets the others be seen. */
export const anyMax: Reduction = reduction({ name: "anyMax", ...maxRule });

/** Smallest element over axes; equal minima share the gradient. NaN, the gradient too, where any is. */
export const min: Reduction = reduction({
  name: "min",
  onnx: "ReduceMin",
  kind: "any",
  ofNothing: false,
  missesNan: true,
  gradient: toEqualElements,
});

const makeCount = defineOp<{ readonly axes: readonly number[] }>({
  name: "count",
  infer: (inputs) => ({ dtype: (inputs[0] as Expr).dtype, shape: [] }),
  gradient: () => [null],
  lower: (emit, [x], node, { axes }) => {
    const shape = emit.node("Shape", [x as string]);
    const picked = emit.node("Gather", [shape, emit.ints(axes)]);
    const product = emit.node("ReduceProd", [picked, emit.ints([0])], { keepdims: { int: 0 } });
    return emit.node("Cast", [product], { to: { int: onnxType[node.dtype] } });
  },
});

/** Number of elements over axes as a scalar: a constant where the dimensions are numbers. */
export function count(x: Expr, axes?: Axes): Expr {
  const list = axesOf("count", x, axes);
  const dims = list.map((axis) => x.shape[axis] as Dim);
  return isStatic(dims) ? scalar(sizeOf(dims), x.dtype) : makeCount([x], { axes: list });
}

/** Mean of floats over axes; NaN over nothing. */
export function mean(x: Expr, axes?: Axes, keepDims = false): Expr {
  requireExpression("mean", x);
  if (!isFloat(x.dtype)) {
    throw new UserError(`mean: takes float32 or float64, got ${x.dtype}; cast it first`, 2);
  }
  return x.sum(axes, keepDims).div(count(x, axes));
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
