import { defineOp, Expr, type OpDef, requireExpression } from "../graph/index.js";
import {
  aShape,
  broadcast,
  broadcastAxes,
  formatShape,
  isStatic,
  requireArgument,
  sameShape,
  type Shape,
} from "../tensor/index.js";
import { onnxType } from "./onnx-types.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Repeated to `shape` as broadcasting does; `like` has the named dimensions that this lacks. */
    expand(shape: Shape, like?: Expr): Expr;
    /** Summed over the axes along which `shape` was broadcast to this shape: the gradient of `expand`. */
    sumTo(shape: Shape): Expr;
  }
}

interface ExpandAttrs {
  readonly shape: Shape;
}

const expandOp: OpDef<ExpandAttrs> = {
  name: "expand",
  infer: ([x, like], { shape }) => {
    if (x === undefined) throw new Error("takes a node");
    if (!sameShape(broadcast(x.shape, shape), shape)) {
      throw new Error(`${formatShape(x.shape)} does not expand to ${formatShape(shape)}`);
    }
    const lead = shape.length - x.rank;
    const missing = shape.some((dim, i) => typeof dim === "string" && x.shape[i - lead] !== dim);
    if (missing && like === undefined) {
      throw new Error(
        `expanding ${formatShape(x.shape)} to ${formatShape(shape)} takes a node of that shape`,
      );
    }
    if (
      like !== undefined &&
      (like.rank !== shape.length || !sameShape(broadcast(like.shape, shape), shape))
    ) {
      throw new Error(`${formatShape(like.shape)} does not have the dimensions of ${formatShape(shape)}`);
    }
    return { dtype: x.dtype, shape };
  },
  gradient: ({ inputs, grad }) => inputs.map((x, i) => (i === 0 ? grad.sumTo(x.shape) : null)),
  lower: (emit, [x, like], node, { shape }) => {
    const unnamed = like === undefined ? 1 : 0;
    const known = emit.ints(shape.map((dim) => (typeof dim === "number" ? dim : unnamed)));
    const target = like === undefined ? known : emit.node("Max", [emit.node("Shape", [like]), known]);
    if (shape.includes(0) && (like !== undefined || isStatic(shape))) {
      // ONNX Runtime's optimizer drops an Expand to length 0 as if it were to length 1.
      const nothing = emit.node("ConstantOfShape", [target]);
      return emit.node("Cast", [nothing], { to: { int: onnxType[node.dtype] } });
    }
    return emit.node("Expand", [x as string, target]);
  },
  simplify: ({ inputs: [x, like], shape }) => {
    const source = x?.inputs[0];
    if (x?.op.name === "expand") return source && expand(source, shape, like ?? x);
    const isNumber = x?.op.name === "reshape" && source?.rank === 0;
    return isNumber && (like !== undefined || isStatic(shape)) ? expand(source, shape, like) : undefined;
  },
};

const makeExpand = defineOp(expandOp);

/** `x` repeated to `shape`; `like`, of the same rank, supplies named dimensions that x lacks. */
export function expand(x: Expr, shape: Shape, like?: Expr): Expr {
  requireExpression("expand", x);
  requireArgument("expand", "the shape", shape, aShape);
  if (sameShape(x.shape, shape)) return x;
  const lead = shape.length - x.rank;
  const missing = shape.some((dim, i) => typeof dim === "string" && x.shape[i - lead] !== dim);
  const takesLike = like !== undefined && (missing || shape.includes(0));
  return makeExpand(takesLike ? [x, like] : [x], { shape });
}

/** `x` summed over the axes along which `shape` was broadcast to x's shape. */
export function sumTo(x: Expr, shape: Shape): Expr {
  requireExpression("sumTo", x);
  requireArgument("sumTo", "the shape", shape, aShape);
  if (sameShape(x.shape, shape)) return x;
  const lead = x.rank - shape.length;
  const axes = broadcastAxes(shape, x.shape);
  const kept = axes.filter((axis) => axis >= lead);
  const partly = kept.length > 0 ? x.sum(kept, true) : x;
  return lead > 0 ? partly.sum(Array.from({ length: lead }, (_, i) => i)) : partly;
}

Expr.prototype.expand = function (shape, like) {
  return expand(this, shape, like);
};
Expr.prototype.sumTo = function (shape) {
  return sumTo(this, shape);
};
