import { defineOp, Expr, requireExpression } from "../graph/index.js";
import { broadcast, formatShape, type Shape } from "../tensor/index.js";
import { binary, type Kind, type Operand, requireKind } from "./elementwise.js";

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
    /** Whether a float is not a number, as bool. */
    isNan(): Expr;
    /** Whether a float is neither infinite nor NaN, as bool. */
    isFinite(): Expr;
  }
}

function comparison(name: string, onnx: string, kind: Kind = "number"): (a: Operand, b: Operand) => Expr {
  return binary({ name, onnx, gradient: null, result: "bool", kind });
}

/** An op on bools, one or two. */
function logic(name: string, onnx: string): (...inputs: Expr[]) => Expr {
  const make = defineOp({
    name,
    infer: (inputs) => {
      const odd = inputs.find(({ dtype }) => dtype !== "bool");
      if (odd !== undefined) throw new Error(`takes bool, got ${odd.dtype}${formatShape(odd.shape)}`);
      return { dtype: "bool", shape: inputs.reduce<Shape>((shape, x) => broadcast(shape, x.shape), []) };
    },
    gradient: ({ inputs }) => inputs.map(() => null),
    lower: (emit, inputs) => emit.node(onnx, inputs),
  });
  return (...inputs) => make(inputs, {});
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
export const equal = comparison("equal", "Equal", "any");
/** Both true, of bools. */
export const and: (a: Expr, b: Expr) => Expr = logic("and", "And");
/** Either true, of bools. */
export const or: (a: Expr, b: Expr) => Expr = logic("or", "Or");

/** The opposite, of a bool. */
export const not: (x: Expr) => Expr = logic("not", "Not");

const makeIsNan = defineOp({
  name: "isNan",
  infer: (inputs) => {
    const x = inputs[0] as Expr;
    requireKind(x, "float");
    return { dtype: "bool", shape: x.shape };
  },
  gradient: () => [null],
  lower: (emit, inputs) => emit.node("IsNaN", inputs),
});

/** Whether a float is not a number, as bool; no gradient. */
export function isNan(x: Expr): Expr {
  return makeIsNan([x], {});
}

/** Whether a float is neither infinite nor NaN, as bool; no gradient. */
export function isFinite(x: Expr): Expr {
  requireExpression("isFinite", x);
  requireKind(x, "float");
  return x.abs().less(Number.POSITIVE_INFINITY);
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
Expr.prototype.isNan = function () {
  return isNan(this);
};
Expr.prototype.isFinite = function () {
  return isFinite(this);
};
