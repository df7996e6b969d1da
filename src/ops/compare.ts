import { defineOp, Expr } from "../graph/index.js";
import { binary, type Operand } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** this < other, as bool. */
    less(other: Operand): Expr;
    /** this <= other, as bool. */
    lessEqual(other: Operand): Expr;
    /** this > other, as bool. */
    greater(other: Operand): Expr;
    /** this >= other, as bool. */
    greaterEqual(other: Operand): Expr;
    /** this == other, as bool. */
    equal(other: Operand): Expr;
    /** Both true, of bools. */
    and(other: Expr): Expr;
    /** Either true, of bools. */
    or(other: Expr): Expr;
    /** The opposite, of a bool. */
    not(): Expr;
  }
}

function comparison(name: string, onnx: string): (a: Operand, b: Operand) => Expr {
  return binary({ name, onnx, gradient: null, result: "bool" });
}

/** a < b, as bool; no gradient. */
export const less = comparison("less", "Less");
/** a <= b, as bool; no gradient. */
export const lessEqual = comparison("lessEqual", "LessOrEqual");
/** a > b, as bool; no gradient. */
export const greater = comparison("greater", "Greater");
/** a >= b, as bool; no gradient. */
export const greaterEqual = comparison("greaterEqual", "GreaterOrEqual");
/** a == b, as bool; no gradient. */
export const equal = comparison("equal", "Equal");
/** Both true, of bools. */
export const and = comparison("and", "And");
/** Either true, of bools. */
export const or = comparison("or", "Or");

const makeNot = defineOp({
  name: "not",
  infer: ([x]) => {
    if (x?.dtype !== "bool") throw new Error(`takes bool, got ${x?.dtype}`);
    return x;
  },
  gradient: () => [null],
  lower: (emit, inputs) => emit.node("Not", inputs),
});

/** The opposite, of a bool. */
export function not(x: Expr): Expr {
  return makeNot([x], {});
}

Expr.prototype.less = function (other) {
  return less(this, other);
};
Expr.prototype.lessEqual = function (other) {
  return lessEqual(this, other);
};
Expr.prototype.greater = function (other) {
  return greater(this, other);
};
Expr.prototype.greaterEqual = function (other) {
  return greaterEqual(this, other);
};
Expr.prototype.equal = function (other) {
  return equal(this, other);
};
Expr.prototype.and = function (other) {
  return and(this, other);
};
Expr.prototype.or = function (other) {
  return or(this, other);
};
Expr.prototype.not = function () {
  return not(this);
};
