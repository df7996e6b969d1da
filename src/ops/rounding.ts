import { type Emitter, Expr, uniformValue } from "../graph/index.js";
import { type DType, isFloat } from "../tensor/index.js";
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

/** `rest`, or what remains by an infinite divisor: x if it has the divisor's sign or is 0, else the divisor. */
function byInfinity(emit: Emitter, x: string, divisor: string, rest: string, dtype: DType): string {
  const infinite = (of: string): string => emit.node("IsInf", [of]);
  const opposite = emit.node("Less", [
    emit.node("Mul", [x, emit.node("Sign", [divisor])]),
    emit.scalar(0, dtype),
  ]);
  const applies = emit.node("And", [infinite(divisor), emit.node("Not", [infinite(x)])]);
  return emit.node("Where", [applies, emit.node("Where", [opposite, divisor, x]), rest]);
}

/**
 * What remains of `x` after whole multiples of `divisor`, with the divisor's sign; elementwise with
 * broadcasting. By an infinite divisor it is `x`, or the divisor if the signs differ. Wraps angles: `angle.floorMod(2 * Math.PI)`.
 */
export const floorMod: (x: Operand, divisor: Operand) => Expr = binary({
  name: "floorMod",
  onnx: (emit, x, divisor, dtype, node) => {
    if (!isFloat(dtype)) return emit.node("Mod", [x, divisor], { fmod: { int: 0 } });
    const whole = emit.node("Floor", [emit.node("Div", [x, divisor])]);
    const rest = emit.node("Sub", [x, emit.node("Mul", [whole, divisor])]);
    const known = uniformValue(node.inputs[1] as Expr);
    return known !== undefined && Number.isFinite(known) ? rest : byInfinity(emit, x, divisor, rest, dtype);
  },
  gradient: (x, divisor, _y, g) => {
    const whole = x.div(divisor).floor();
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
