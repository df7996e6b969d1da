import { defineOp, Expr, type OpDef, requireExpression, scalar } from "../graph/index.js";
import { broadcast, UserError } from "../tensor/index.js";
import { blockedOperands, unblocked } from "./blocked.js";
import { binary, liftBoth, type Operand } from "./elementwise.js";
import { onnxType } from "./onnx-types.js";
import { turnedOperands } from "./orientation.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Of a bool: `yes` where true, `no` where false, elementwise with broadcasting. */
    where(yes: Operand, no: Operand): Expr;
    /** The larger of two, elementwise with broadcasting; at a tie the gradient goes to this. NaN, the gradients too, if either is. */
    maximum(other: Operand): Expr;
    /** The smaller of two, elementwise with broadcasting; at a tie the gradient goes to this. NaN, the gradients too, if either is. */
    minimum(other: Operand): Expr;
    /** Limited to low..high; the gradient is 0 outside. NaN stays NaN, as does its gradient. */
    clamp(low: number, high: number): Expr;
  }
}

const whereOp: OpDef = {
  name: "where",
  infer: (inputs) => {
    const [condition, yes, no] = inputs as [Expr, Expr, Expr];
    if (condition.dtype !== "bool") throw new Error(`the condition must be bool, got ${condition.dtype}`);
    return { dtype: yes.dtype, shape: broadcast(condition.shape, broadcast(yes.shape, no.shape)) };
  },
  gradient: ({ inputs, grad }) => {
    const [condition, yes, no] = inputs as [Expr, Expr, Expr];
    return [null, condition.where(grad, 0).sumTo(yes.shape), condition.where(0, grad).sumTo(no.shape)];
  },
  lower: (emit, [condition, ...sides], node) => {
    if (node.dtype !== "bool") return emit.node("Where", [condition as string, ...sides]);
    const bytes = sides.map((side) => emit.node("Cast", [side], { to: { int: onnxType.uint8 } }));
    const chosen = emit.node("Where", [condition as string, ...bytes]);
    return emit.node("Cast", [chosen], { to: { int: onnxType.bool } });
  },
  simplify: (node) => {
    const inBlocks = blockedOperands(node);
    if (inBlocks !== undefined) return unblocked(makeWhere(inBlocks.operands, {}), inBlocks.block);
    const turned = turnedOperands(node);
    return turned && makeWhere(turned.operands, {}).transpose(turned.order);
  },
};

const makeWhere = defineOp(whereOp);

/**
 * `yes` where `condition` holds, else `no`, elementwise with broadcasting. Two numbers give float32. What is not
 * chosen gets the gradient 0 - but 0 times an infinite derivative is NaN, so keep the argument of, say, a log
 * inside its domain with another `where`.
 */
export function where(condition: Expr, yes: Operand, no: Operand): Expr {
  const bothNumbers = typeof yes === "number" && typeof no === "number";
  const [a, b] = liftBoth("where", bothNumbers ? scalar(yes, "float32") : yes, no);
  return makeWhere([condition, a, b], {});
}

/** The larger of two, elementwise; at a tie the gradient goes to `a`. NaN, the gradients too, if either is. */
export const maximum: (a: Operand, b: Operand) => Expr = binary({
  name: "maximum",
  onnx: "Max",
  gradient: (a, b, _y, g) => share(a.greaterEqual(b), a.less(b), g),
});

/** The smaller of two, elementwise; at a tie the gradient goes to `a`. NaN, the gradients too, if either is. */
export const minimum: (a: Operand, b: Operand) => Expr = binary({
  name: "minimum",
  onnx: "Min",
  gradient: (a, b, _y, g) => share(a.lessEqual(b), a.greater(b), g),
});

/** 0 where `holds`, else NaN. */
function zeroOr(holds: Expr, like: Expr): Expr {
  return holds.where(scalar(0, like.dtype), Number.NaN);
}

/** Neither is chosen where an operand is NaN: both gradients are NaN then. */
function share(first: Expr, second: Expr, grad: Expr): [Expr, Expr] {
  return [first.where(grad, zeroOr(second, grad)), second.where(grad, zeroOr(first, grad))];
}

/** Limited to low..high; the gradient is 0 outside. NaN stays NaN, as does its gradient. Throws if `low` is above `high`. */
export function clamp(x: Expr, low: number, high: number): Expr {
  requireExpression("clamp", x);
  if (!(low <= high)) {
    throw new UserError(
      `clamp: the limits are ${String(low)} and ${String(high)}; the first must not be above`,
      2,
    );
  }
  return minimum(maximum(x, low), high);
}

Expr.prototype.where = function (yes, no) {
  return where(this, yes, no);
};
Expr.prototype.maximum = function (other) {
  return maximum(this, other);
};
Expr.prototype.minimum = function (other) {
  return minimum(this, other);
};
Expr.prototype.clamp = function (low, high) {
  return clamp(this, low, high);
};
