import { Expr, scalar, uniformValue } from "../graph/index.js";
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
  kind: "number",
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
  kind: "signed",
  onnx: "Pow",
  gradient: (a, b, y, g) => {
    const fixed = uniformValue(b);
    const slope = fixed === undefined ? b.equal(0).where(0, b.mul(a.pow(b.sub(1)))) : b.mul(a.pow(fixed - 1));
    const flat = a.equal(0).and(b.greaterEqual(0));
    const safeLog = flat.where(1, a).log();
    return [g.mul(slope), g.mul(flat.where(0, y.mul(safeLog)))];
  },
});

/**
 * `base` to the power of `exponent`, elementwise with broadcasting. 0 to the power of 0 is 1. The gradient by
 * the base is 0 where the exponent is 0, the gradient by the exponent 0 where the base is 0 and the exponent not
 * negative. A negative base with an exponent that is no integer gives NaN.
 */
export function pow(base: Operand, exponent: Operand): Expr {
  const fixed =
    typeof exponent === "number"
      ? exponent
      : exponent instanceof Expr && exponent.rank === 0
        ? uniformValue(exponent)
        : undefined;
  if (
    base instanceof Expr &&
    fixed !== undefined &&
    (typeof exponent === "number" || exponent.dtype === base.dtype)
  ) {
    if (fixed === 0) return scalar(1, base.dtype).expand(base.shape, base);
    if (fixed === 1) return base;
    if (fixed === 2) return square(base);
    if (fixed === 0.5) return sqrt(base);
    if (fixed === -1) return reciprocal(base);
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
