import { Expr } from "../graph/index.js";
import { isFloat } from "../tensor/index.js";
import { binary, type Operand, unary } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** The largest integer not above x; no gradient. */
    floor(): Expr;
    /** The smallest integer not below x; no gradient. */
    ceil(): Expr;
    /** The nearest integer, halves to even; no gradient. */
    round(): Expr;
    /** What remains of x after whole multiples of `divisor`, with the divisor's sign: x - floor(x / divisor) * divisor. */
    floorMod(divisor: Operand): Expr;
  }
}

/** The largest integer not above x; no gradient. */
export const floor: (x: Expr) => Expr = unary({ name: "floor", onnx: "Floor", gradient: null });

/** The smallest integer not below x; no gradient. */
export const ceil: (x: Expr) => Expr = unary({ name: "ceil", onnx: "Ceil", gradient: null });

/** The nearest integer, halves to even; no gradient. */
export const round: (x: Expr) => Expr = unary({ name: "round", onnx: "Round", gradient: null });

/**
 * What remains of `x` after whole multiples of `divisor`, with the divisor's sign; elementwise with
 * broadcasting. Wraps angles: `angle.floorMod(2 * Math.PI)`.
 */
export const floorMod: (x: Operand, divisor: Operand) => Expr = binary({
  name: "floorMod",
  onnx: (emit, x, divisor, dtype) => {
    if (!isFloat(dtype)) return emit.node("Mod", [x, divisor], { fmod: { int: 0 } });
    const whole = emit.node("Floor", [emit.node("Div", [x, divisor])]);
    return emit.node("Sub", [x, emit.node("Mul", [whole, divisor])]);
  },
  gradient: (x, divisor, _y, g) => [g, g.mul(x.div(divisor).floor()).neg()],
});

Expr.prototype.floor = function () {
  return floor(this);
};
Expr.prototype.ceil = function () {
  return ceil(this);
};
Expr.prototype.round = function () {
  return round(this);
};
Expr.prototype.floorMod = function (divisor) {
  return floorMod(this, divisor);
};
