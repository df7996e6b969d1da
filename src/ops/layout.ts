import { defineOp, type Emitter, Expr, type OpDef, requireExpression } from "../graph/index.js";
import {
  aShape,
  type Dim,
  formatShape,
  isStatic,
  requireArgument,
  sameShape,
  type Shape,
} from "../tensor/index.js";
import { axisOf, newAxisOf } from "./axes.js";
import { turnedBlocks } from "./blocked.js";
import { firstAxisLast, lastAxisFirst, turnedFrom } from "./orientation.js";
import { sumOfSums } from "./reduce.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** The same elements in another shape; one dimension may be -1 (whatever remains). */
    reshape(shape: Shape): Expr;
    /** Axes in another order; default reversed. */
    transpose(order?: readonly number[]): Expr;
    /** The last two axes exchanged. */
    matrixTranspose(): Expr;
    /** A new axis of length 1 at `axis`. */
    unsqueeze(axis: number): Expr;
    /** Without the axis of length 1 at `axis`. */
    squeeze(axis: number): Expr;
  }
}

function factors(shape: Shape): { known: number; names: string[] } {
  const names = shape.flatMap((dim) => (typeof dim === "string" ? dim.split("*") : []));
  const known = shape.reduce<number>(
    (product, dim) => (typeof dim === "number" ? product * dim : product),
    1,
  );
  const numeric = names
    .filter((name) => /^\d+$/.test(name))
    .reduce((product, name) => product * Number(name), 1);
  return { known: known * numeric, names: names.filter((name) => !/^\d+$/.test(name)).sort() };
}

/** The dimension that a -1 stands for. Named dimensions multiply by name: `"4*batch"`. */
function remaining(from: Shape, rest: Shape): Dim {
  const whole = factors(from);
  const part = factors(rest);
  for (const name of part.names) {
    const at = whole.names.indexOf(name);
    if (at < 0) throw new Error(`${formatShape(from)} has no dimension ${name}`);
    whole.names.splice(at, 1);
  }
  const ratio = whole.known / part.known;
  if (!Number.isInteger(ratio)) {
    throw new Error(`${formatShape(from)} does not divide into ${formatShape(rest)}`);
  }
  if (whole.names.length === 0) return ratio;
  return ratio === 1 ? whole.names.join("*") : [ratio, ...whole.names].join("*");
}

/** Two shapes of equal size, named dimensions counted by name. */
function sameSize(a: Shape, b: Shape): boolean {
  const x = factors(a);
  const y = factors(b);
  return x.known === y.known && x.names.join() === y.names.join();
}

interface ReshapeAttrs {
  readonly shape: Shape;
}

const reshapeOp: OpDef<ReshapeAttrs> = {
  name: "reshape",
  infer: (inputs, { shape }) => {
    const x = inputs[0] as Expr;
    if (!sameSize(x.shape, shape)) {
      throw new Error(`${formatShape(x.shape)} cannot be reshaped to ${formatShape(shape)}`);
    }
    const source = x.op.name === "reshape" ? (x.inputs[0] as Expr) : x;
    if (unmatched(x.shape, shape).length > 1 && unmatched(source.shape, shape).length > 1) {
      const shapes = `${formatShape(x.shape)} to ${formatShape(shape)}`;
      throw new Error(`${shapes}: at most one new dimension may be known only by name`);
    }
    return { dtype: x.dtype, shape };
  },
  gradient: ({ inputs, grad }) => [grad.reshape((inputs[0] as Expr).shape)],
  lower: (emit, [x], node, { shape }) => {
    const from = (node.inputs[0] as Expr).shape;
    const target = targetShape(emit, x as string, from, shape);
    return emit.node("Reshape", [x as string, target], { allowzero: { int: 1 } });
  },
  simplify: ({ inputs: [x], shape }) => {
    if (x === undefined || sameShape(x.shape, shape)) return x;
    const kept = x.shape[0] === shape[0] && shape.length > 1 && (x.rank > 2 || shape.length > 2);
    const from = kept ? turnedFrom(x) : undefined;
    if (from !== undefined && sameShape(from.order, lastAxisFirst(x.rank))) {
      const turned = reshape(from.source, [...shape.slice(1), shape[0] as Dim]);
      return transpose(turned, lastAxisFirst(shape.length));
    }
    const repeated = x.op.name === "expand" ? x.inputs[0] : undefined;
    if (repeated?.rank === 0 && isStatic(shape)) return repeated.expand(shape);
    const source = x.op.name === "reshape" ? x.inputs[0] : undefined;
    if (source === undefined || unmatched(source.shape, shape).length > 1) return undefined;
    return sameShape(source.shape, shape) ? source : makeReshape([source], { shape });
  },
  simplifySum: sumOfSums,
};

/** Named dimensions that `from` does not have on their own: their lengths must follow from all others. */
function unmatched(from: Shape, to: Shape): Dim[] {
  return to.filter((dim) => typeof dim === "string" && !from.includes(dim));
}

/** The target of a Reshape. A single named dimension is "whatever remains", several are looked up in x's shape. */
function targetShape(emit: Emitter, x: string, from: Shape, to: Shape): string {
  const names = to.filter((dim) => typeof dim === "string");
  if (names.length === 0 || (names.length === 1 && !to.includes(0)))
    return emit.ints(to.map((dim) => (typeof dim === "number" ? dim : -1)));
  const lengths = emit.node("Shape", [x]);
  const parts = to.map((dim) => {
    if (typeof dim === "number") return emit.ints([dim]);
    return from.includes(dim)
      ? emit.node("Gather", [lengths, emit.ints([from.indexOf(dim)])])
      : emit.ints([-1]);
  });
  return emit.node("Concat", parts, { axis: { int: 0 } });
}

const makeReshape = defineOp(reshapeOp);

/** The same elements in another shape; one dimension may be -1 (whatever remains). */
export function reshape(x: Expr, shape: Shape): Expr {
  requireExpression("reshape", x);
  requireArgument("reshape", "the shape", shape, aShape);
  const target = closed(x.shape, shape);
  return sameShape(x.shape, target) ? x : makeReshape([x], { shape: target });
}

/** `to` with its -1 replaced. */
function closed(from: Shape, to: Shape): Shape {
  const open = to.indexOf(-1);
  const odd = to.find(
    (dim, i) => typeof dim === "number" && !(Number.isInteger(dim) && (dim >= 0 || i === open)),
  );
  if (odd !== undefined) throw new Error(`reshape: ${odd} is not a length, in ${formatShape(to)}`);
  if (open < 0) return to;
  const rest = to.filter((_, i) => i !== open);
  try {
    const length = remaining(from, rest);
    return to.map((dim, i) => (i === open ? length : dim));
  } catch (error) {
    throw new Error(`reshape: ${(error as Error).message}`, { cause: error });
  }
}

interface TransposeAttrs {
  readonly order: readonly number[];
}

const transposeOp: OpDef<TransposeAttrs> = {
  name: "transpose",
  infer: (inputs, { order }) => {
    const x = inputs[0] as Expr;
    const isPermutation = order.length === x.rank && new Set(order).size === x.rank;
    if (!isPermutation || order.some((axis) => x.shape[axis] === undefined)) {
      throw new Error(`[${order.join(", ")}] is not an order of the axes of ${formatShape(x.shape)}`);
    }
    return { dtype: x.dtype, shape: order.map((axis) => x.shape[axis] as Dim) };
  },
  gradient: ({ grad, attrs }) => [grad.transpose(attrs.order.map((_, i) => attrs.order.indexOf(i)))],
  lower: (emit, inputs, node, { order }) => {
    const source = node.inputs[0] as Expr;
    const bytes = source.op.name === "dequantize" ? source.inputs[0] : undefined;
    if (bytes === undefined) return emit.node("Transpose", inputs, { perm: { ints: order } });
    const turned = emit.node("Transpose", [emit.nameOf(bytes)], { perm: { ints: order } });
    return source.op.lower(emit, [turned], source, source.attrs);
  },
  simplify: ({ inputs: [x], attrs }) => {
    const { order } = attrs as unknown as TransposeAttrs;
    if (x?.op.name === "reshape") return turnedBefore(x, order);
    if (x?.op.name === "unblocked") return turnedBlocks(x, order);
    if (x?.op.name !== "transpose") return undefined;
    const inner = (x.attrs as unknown as TransposeAttrs).order;
    return transpose(
      x.inputs[0] as Expr,
      order.map((axis) => inner[axis] ?? axis),
    );
  },
};

/** A transpose that puts the examples of a reshaped batch last, made before the reshape, where a dense layer makes it too. */
function turnedBefore(x: Expr, order: readonly number[]): Expr | undefined {
  const source = x.inputs[0] as Expr;
  const fits = x.rank > 2 && source.rank > 1 && source.shape[0] === x.shape[0];
  if (!fits || !sameShape(order, firstAxisLast(x.rank))) return undefined;
  const turned = transpose(source, firstAxisLast(source.rank));
  return reshape(turned, [...x.shape.slice(1), x.shape[0] as Dim]);
}

const someAxes = {
  expected: "a list of axes, such as [1, 0]",
  ok: (value: unknown) => Array.isArray(value) && value.every(Number.isInteger),
};

const makeTranspose = defineOp(transposeOp);

/** Axes in another order; default reversed. */
export function transpose(x: Expr, order?: readonly number[]): Expr {
  requireExpression("transpose", x);
  if (order !== undefined) requireArgument("transpose", "the order", order, someAxes);
  const axes =
    order?.map((axis) => (axis < 0 ? axis + x.rank : axis)) ?? x.shape.map((_, i) => x.rank - 1 - i);
  if (axes.length === x.rank && axes.every((axis, i) => axis === i)) return x;
  return makeTranspose([x], { order: axes });
}

Expr.prototype.reshape = function (shape) {
  return reshape(this, shape);
};
Expr.prototype.transpose = function (order) {
  return transpose(this, order);
};
Expr.prototype.matrixTranspose = function () {
  const axes = this.shape.map((_, i) => i);
  const swapped = [...axes.slice(0, -2), this.rank - 1, this.rank - 2];
  if (this.rank < 2)
    throw new Error(`matrixTranspose takes two axes or more, got ${formatShape(this.shape)}`);
  return transpose(this, swapped);
};
Expr.prototype.unsqueeze = function (axis) {
  const at = newAxisOf("unsqueeze", this, axis);
  return reshape(this, [...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
};
Expr.prototype.squeeze = function (axis) {
  const at = axisOf("squeeze", this, axis);
  if (this.shape[at] !== 1)
    throw new Error(`squeeze: axis ${axis} of ${formatShape(this.shape)} is not of length 1`);
  return reshape(
    this,
    this.shape.filter((_, i) => i !== at),
  );
};
