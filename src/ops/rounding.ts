import { Expr, uniformValue } from "../graph/index.js";
import { isFloat } from "../tensor/index.js";
import { binary, type Operand, unary } from "./elementwise.js";
import { lowerWholeDivision } from "./whole-division.js";

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
 * What remains of `x` after whole multiples of `divisor`, with the divisor's sign, without rounding; elementwise with
 * broadcasting. By an infinite divisor it is `x`, or the divisor if the signs differ. Wraps angles: `angle.floorMod(2 * Math.PI)`.
 */
export const floorMod: (x: Operand, divisor: Operand) => Expr = binary({
  name: "floorMod",
  onnx: (emit, x, divisor, dtype, node) => {
    const zero = emit.scalar(0, dtype);
    if (!isFloat(dtype)) {
      const divide = (by: string): string => emit.node("Mod", [x, by], { fmod: { int: 0 } });
      return lowerWholeDivision(emit, divisor, dtype, node.inputs[1] as Expr, divide, () => zero);
    }
    const rest = emit.node("Mod", [x, divisor], { fmod: { int: 1 } });
    const signs = [rest, divisor].map((value) => emit.node("Less", [value, zero]));
    const differ = emit.node("Xor", signs);
    const moved = emit.node("Where", [differ, emit.node("Add", [rest, divisor]), rest]);
    return emit.node("Where", [emit.node("Equal", [rest, zero]), zero, moved]);
  },
  gradient: (x, divisor, y, g) => {
    // So many whole multiples, also of infinity; by infinity none or, beyond 0, minus one.
    const whole = y.isFinite().where(x.sub(y).div(divisor).round(), x.div(divisor).floor());
    const known = uniformValue(divisor);
    if (known !== undefined && Number.isFinite(known)) return [g, g.mul(whole).neg()];
    const opposite = x.mul(divisor.sign()).less(0).and(divisor.isFinite().not()).and(x.isFinite());
    return [g, g.mul(opposite.where(-1, whole)).neg()];
  },
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
