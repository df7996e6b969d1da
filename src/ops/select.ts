import { defineOp, Expr, type OpDef } from "../graph/index.js";
import { broadcast } from "../tensor/index.js";
import { liftBoth, type Operand } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Of a bool: `yes` where true, `no` where false, elementwise with broadcasting. */
    where(yes: Operand, no: Operand): Expr;
    /** The larger of two, elementwise; at a tie the gradient goes to this. */
    maximum(other: Operand): Expr;
    /** The smaller of two, elementwise; at a tie the gradient goes to this. */
    minimum(other: Operand): Expr;
    /** Limited to low..high; the gradient is 0 outside. */
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
  lower: (emit, inputs) => emit.node("Where", inputs),
};

const makeWhere = defineOp(whereOp);

/** `yes` where `condition` holds, else `no`, elementwise with broadcasting. */
export function where(condition: Expr, yes: Operand, no: Operand): Expr {
  if (typeof yes === "number" && typeof no === "number") {
    return condition
      .cast("float32")
      .mul(yes - no)
      .add(no);
  }
  const [a, b] = liftBoth("where", yes, no);
  return makeWhere([condition, a, b], {});
}

/** The larger of two, elementwise; at a tie the gradient goes to `a`. */
export function maximum(a: Operand, b: Operand): Expr {
  const [x, y] = liftBoth("maximum", a, b);
  return x.greaterEqual(y).where(x, y);
}

/** The smaller of two, elementwise; at a tie the gradient goes to `a`. */
export function minimum(a: Operand, b: Operand): Expr {
  const [x, y] = liftBoth("minimum", a, b);
  return x.lessEqual(y).where(x, y);
}

/** Limited to low..high; the gradient is 0 outside. */
export function clamp(x: Expr, low: number, high: number): Expr {
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
