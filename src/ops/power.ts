import { Expr, uniformValue } from "../graph/index.js";
import { binary, type Operand, unary } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** x * x. */
    square(): Expr;
    /** Square root. */
    sqrt(): Expr;
    /** 1 / x. */
    reciprocal(): Expr;
    /** x to the power of `exponent`, elementwise with broadcasting. */
    pow(exponent: Operand): Expr;
  }
}

/** x * x. */
export const square: (x: Expr) => Expr = unary({
  name: "square",
  onnx: (emit, x) => emit.node("Mul", [x, x]),
  gradient: (x, _y, g) => g.mul(x.mul(2)),
});

/** Square root. */
export const sqrt: (x: Expr) => Expr = unary({
  name: "sqrt",
  onnx: "Sqrt",
  gradient: (_x, y, g) => g.mul(0.5).div(y),
});

/** 1 / x. */
export const reciprocal: (x: Expr) => Expr = unary({
  name: "reciprocal",
  onnx: "Reciprocal",
  gradient: (_x, y, g) => g.mul(y.square()).neg(),
});

const powNodes = binary({
  name: "pow",
  onnx: "Pow",
  gradient: (a, b, y, g) => {
    const fixed = uniformValue(b);
    const slope = b.mul(a.pow(fixed === undefined ? b.sub(1) : fixed - 1));
    const zero = a.equal(0);
    const safeLog = zero.where(1, a).log();
    return [g.mul(slope), g.mul(zero.where(0, y.mul(safeLog)))];
  },
});

/** `base` to the power of `exponent`, elementwise; the gradient by the exponent is 0 where the base is 0. */
export function pow(base: Operand, exponent: Operand): Expr {
  if (base instanceof Expr && typeof exponent === "number") {
    if (exponent === 0) return base.mul(0).add(1);
    if (exponent === 1) return base;
    if (exponent === 2) return square(base);
    if (exponent === 0.5) return sqrt(base);
    if (exponent === -1) return reciprocal(base);
  }
  return powNodes(base, exponent);
}

Expr.prototype.square = function () {
  return square(this);
};
Expr.prototype.sqrt = function () {
  return sqrt(this);
};
Expr.prototype.reciprocal = function () {
  return reciprocal(this);
};
Expr.prototype.pow = function (exponent) {
  return pow(this, exponent);
};
