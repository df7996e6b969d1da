import { constant, defineOp, Expr, type OpDef, requireExpression, scalar } from "../graph/index.js";
import { be, formatShape, requireArgument, type Shape, tensor } from "../tensor/index.js";
import { axisOf } from "./axes.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** The slices of this along `axis` (default 0) that integer `indices` name; their shape takes the axis's place. */
    gather(indices: Expr, axis?: number): Expr;
    /** Along `axis`, the elements that `indices` (of the result's shape) name: y[i][j] = x[i][indices[i][j]]. */
    takeAlong(indices: Expr, axis?: number): Expr;
    /** Of integers: 1 at the named place of a new last axis of length `depth`, 0 elsewhere. */
    oneHot(depth: number, dtype?: "float32" | "float64"): Expr;
  }
}

interface AxisAttrs {
  readonly axis: number;
}

function requireIndices(indices: Expr): void {
  if (indices.dtype !== "int32" && indices.dtype !== "int64") {
    throw new Error(`indices must be int32 or int64, got ${indices.dtype}`);
  }
}

const gatherOp: OpDef<AxisAttrs> = {
  name: "gather",
  infer: (inputs, { axis }) => {
    const [x, indices] = inputs as [Expr, Expr];
    requireIndices(indices);
    return {
      dtype: x.dtype,
      shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
    };
  },
  gradient: ({ inputs, grad, attrs: { axis } }) => {
    const [x, indices] = inputs as [Expr, Expr];
    if (x.shape.includes(0) || indices.shape.includes(0)) {
      return [scalar(0, grad.dtype).expand(x.shape, x), null];
    }
    const flat = indices.reshape([-1]);
    const rows = grad.reshape([...x.shape.slice(0, axis), ...flat.shape, ...x.shape.slice(axis + 1)]);
    const places = flat.reshape(rows.shape.map((_, i) => (i === axis ? (flat.shape[0] ?? 1) : 1)));
    return [makeScatter([rows, places.expand(rows.shape, rows), x], { axis }), null];
  },
  lower: (emit, inputs, _node, { axis }) => emit.node("Gather", inputs, { axis: { int: axis } }),
};

const takeAlongOp: OpDef<AxisAttrs> = {
  name: "takeAlong",
  infer: (inputs, { axis }) => {
    const [x, indices] = inputs as [Expr, Expr];
    requireIndices(indices);
    if (indices.rank !== x.rank || indices.shape.some((dim, i) => i !== axis && dim !== x.shape[i])) {
      throw new Error(
        `indices ${formatShape(indices.shape)} don't fit ${formatShape(x.shape)} beside axis ${axis}`,
      );
    }
    return { dtype: x.dtype, shape: indices.shape };
  },
  gradient: ({ inputs, grad, attrs }) => {
    const [x, indices] = inputs as [Expr, Expr];
    return [makeScatter([grad, indices, x], attrs), null];
  },
  lower: (emit, inputs, _node, { axis }) => emit.node("GatherElements", inputs, { axis: { int: axis } }),
};

/** Zeros of the shape of the third input, to which the first is added at the places the second names. */
const scatterOp: OpDef<AxisAttrs> = {
  name: "scatterAdd",
  infer: (inputs) => {
    const [updates, indices, like] = inputs as [Expr, Expr, Expr];
    requireIndices(indices);
    return { dtype: updates.dtype, shape: like.shape };
  },
  gradient: ({ inputs, grad, attrs: { axis } }) => [grad.takeAlong(inputs[1] as Expr, axis), null, null],
  lower: (emit, [updates, indices, like], node, { axis }) => {
    const zero = emit.scalar(0, node.dtype);
    const zeros = emit.node("Expand", [zero, emit.node("Shape", [like as string])]);
    const attributes = { axis: { int: axis }, reduction: { string: "add" } };
    return emit.node("ScatterElements", [zeros, indices as string, updates as string], attributes);
  },
};

const makeGather = defineOp(gatherOp);
const makeTakeAlong = defineOp(takeAlongOp);
const makeScatter = defineOp(scatterOp);

/** The slices of `x` along `axis` (default 0) that integer `indices` name. */
export function gather(x: Expr, indices: Expr, axis = 0): Expr {
  return makeGather([x, indices], { axis: axisOf("gather", x, axis) });
}

/** Along `axis` (default the last), the elements that `indices`, of the result's shape, name. */
export function takeAlong(x: Expr, indices: Expr, axis = -1): Expr {
  return makeTakeAlong([x, indices], { axis: axisOf("takeAlong", x, axis) });
}

/** The integers 0..length-1 as int32. */
export function iota(length: number): Expr {
  requireArgument("iota", "the length", length, be.whole(0));
  return constant(
    tensor(
      "int32",
      [length],
      Int32Array.from({ length }, (_, i) => i),
    ),
  );
}

/** 1 at the named place of a new last axis of length `depth`, 0 elsewhere. */
export function oneHot(indices: Expr, depth: number, dtype: "float32" | "float64" = "float32"): Expr {
  requireExpression("oneHot", indices, "indices");
  const places: Shape = [...indices.shape, 1];
  return indices.cast("int32").reshape(places).equal(iota(depth)).cast(dtype);
}

Expr.prototype.gather = function (indices, axis) {
  return gather(this, indices, axis);
};
Expr.prototype.takeAlong = function (indices, axis) {
  return takeAlong(this, indices, axis);
};
Expr.prototype.oneHot = function (depth, dtype) {
  return oneHot(this, depth, dtype);
};
