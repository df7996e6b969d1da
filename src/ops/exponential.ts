import { type Emitter, Expr } from "../graph/index.js";
import type { DType } from "../tensor/index.js";
import { unary } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** e to the power of x. */
    exp(): Expr;
    /** Natural logarithm. */
    log(): Expr;
    /** log(1 + x), exact for tiny x. */
    log1p(): Expr;
    /** exp(x) - 1, exact for tiny x. */
    expm1(): Expr;
  }
}

/** e to the power of x. */
export const exp: (x: Expr) => Expr = unary({ name: "exp", onnx: "Exp", gradient: (_x, y, g) => g.mul(y) });

/** Natural logarithm. */
export const log: (x: Expr) => Expr = unary({ name: "log", onnx: "Log", gradient: (x, _y, g) => g.div(x) });

/** The lowering of `log1p`. */
export function lowerLog1p(emit: Emitter, x: string, dtype: DType): string {
  const one = emit.scalar(1, dtype);
  const u = emit.node("Add", [x, one]);
  const difference = emit.node("Sub", [u, one]);
  const lost = emit.node("Equal", [difference, emit.scalar(0, dtype)]);
  const infinite = emit.node("Greater", [u, emit.scalar(dtype === "float64" ? 1e300 : 1e37, dtype)]);
  const divisor = emit.node("Where", [emit.node("Or", [lost, infinite]), one, difference]);
  const ratio = emit.node("Div", [emit.node("Where", [infinite, one, x]), divisor]);
  const logU = emit.node("Log", [u]);
  return emit.node("Where", [lost, x, emit.node("Mul", [logU, ratio])]);
}

/**
 * log(1 + x), exact for tiny x: with u = 1 + x rounded, log(u) * x / (u - 1) cancels the rounding error
 * (Kahan; Higham, Accuracy and Stability of Numerical Algorithms, 1.14.1).
 */
export const log1p: (x: Expr) => Expr = unary({
  name: "log1p",
  onnx: lowerLog1p,
  gradient: (x, _y, g) => g.div(x.add(1)),
});

/** exp(x) - 1, exact for tiny x: near zero it is computed as tanh(x/2) (exp(x) + 1). */
export const expm1: (x: Expr) => Expr = unary({
  name: "expm1",
  onnx: (emit, x, dtype) => {
    const one = emit.scalar(1, dtype);
    const e = emit.node("Exp", [x]);
    const far = emit.node("Sub", [e, one]);
    const half = emit.node("Mul", [x, emit.scalar(0.5, dtype)]);
    const near = emit.node("Mul", [emit.node("Tanh", [half]), emit.node("Add", [e, one])]);
    const isNear = emit.node("Less", [emit.node("Abs", [x]), one]);
    return emit.node("Where", [isNear, near, far]);
  },
  gradient: (x, _y, g) => g.mul(x.exp()),
});

Expr.prototype.exp = function () {
  return exp(this);
};
Expr.prototype.log = function () {
  return log(this);
};
Expr.prototype.log1p = function () {
  return log1p(this);
};
Expr.prototype.expm1 = function () {
  return expm1(this);
};
