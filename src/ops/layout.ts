import { defineOp, Expr, type OpDef } from "../graph/index.js";
import { type Dim, formatShape, normalizeAxis, sameShape, type Shape } from "../tensor/index.js";

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
  if (!Number.isInteger(ratio))
    throw new Error(`${formatShape(from)} does not divide into ${formatShape(rest)}`);
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
    return { dtype: x.dtype, shape };
  },
  gradient: ({ inputs, grad }) => [grad.reshape((inputs[0] as Expr).shape)],
  lower: (emit, [x], _node, { shape }) => {
    if (shape.filter((dim) => typeof dim === "string").length > 1) {
      throw new Error(`reshape to ${formatShape(shape)}: at most one dimension may be known only by name`);
    }
    const target = emit.ints(shape.map((dim) => (typeof dim === "number" ? dim : -1)));
    return emit.node("Reshape", [x as string, target], { allowzero: { int: 1 } });
  },
};

const makeReshape = defineOp(reshapeOp);

/** The same elements in another shape; one dimension may be -1 (whatever remains). */
export function reshape(x: Expr, shape: Shape): Expr {
  const open = shape.indexOf(-1);
  const rest = shape.filter((_, i) => i !== open);
  const target = open < 0 ? shape : shape.map((dim, i) => (i === open ? remaining(x.shape, rest) : dim));
  if (sameShape(x.shape, target)) return x;
  const source = x.op.name === "reshape" ? (x.inputs[0] as Expr) : x;
  return sameShape(source.shape, target) ? source : makeReshape([source], { shape: target });
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
  lower: (emit, inputs, _node, { order }) => emit.node("Transpose", inputs, { perm: { ints: order } }),
};

const makeTranspose = defineOp(transposeOp);

/** Axes in another order; default reversed. Two transposes in a row become one. */
export function transpose(x: Expr, order?: readonly number[]): Expr {
  const axes = order?.map((axis) => normalizeAxis(axis, x.rank)) ?? x.shape.map((_, i) => x.rank - 1 - i);
  if (axes.every((axis, i) => axis === i)) return x;
  if (x.op.name === "transpose") {
    const inner = (x.attrs as unknown as TransposeAttrs).order;
    return transpose(
      x.inputs[0] as Expr,
      axes.map((axis) => inner[axis] as number),
    );
  }
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
  const at = normalizeAxis(axis, this.rank + 1);
  return reshape(this, [...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
};
Expr.prototype.squeeze = function (axis) {
  const at = normalizeAxis(axis, this.rank);
  if (this.shape[at] !== 1)
    throw new Error(`squeeze: axis ${axis} of ${formatShape(this.shape)} is not of length 1`);
  return reshape(
    this,
    this.shape.filter((_, i) => i !== at),
  );
};
