import { type Emitter, Expr } from "../graph/index.js";
import type { DType } from "../tensor/index.js";
import { binary, type Operand, unary } from "./elementwise.js";
import { horner } from "./polynomial.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Sine, of radians. */
    sin(): Expr;
    /** Cosine, of radians. */
    cos(): Expr;
    /** The angle in -pi/2..pi/2 whose tangent is x. */
    atan(): Expr;
    /** The angle in -pi..pi of the point (other, this): `y.atan2(x)`. */
    atan2(other: Operand): Expr;
  }
}

/** Sine, of radians. */
export const sin: (x: Expr) => Expr = unary({
  name: "sin",
  onnx: "Sin",
  gradient: (x, _y, g) => g.mul(x.cos()),
});

/** Cosine, of radians. */
export const cos: (x: Expr) => Expr = unary({
  name: "cos",
  onnx: "Cos",
  gradient: (x, _y, g) => g.mul(x.sin()).neg(),
});

const atanSeries = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 4 : -4) / (2 * i + 1));

/**
 * atan of 0..1 in float64, for which ONNX Runtime has no kernel: the angle halved twice by
 * tan(a/2) = t / (1 + sqrt(1 + t^2)), then twelve terms of the series, the last below 1e-17.
 */
function lowerAtanOfUnit(emit: Emitter, t: string): string {
  const one = emit.scalar(1, "float64");
  const halved = (tangent: string): string => {
    const square = emit.node("Mul", [tangent, tangent]);
    const secant = emit.node("Sqrt", [emit.node("Add", [square, one])]);
    return emit.node("Div", [tangent, emit.node("Add", [secant, one])]);
  };
  const quarter = halved(halved(t));
  const square = emit.node("Mul", [quarter, quarter]);
  return emit.node("Mul", [quarter, horner(emit, square, atanSeries, "float64")]);
}

/** atan2 of the magnitudes of y and x: an angle in 0..pi/2. */
function lowerFirstQuadrant(emit: Emitter, y: string, x: string, dtype: DType): string {
  const small = emit.node("Min", [y, x]);
  const large = emit.node("Max", [y, x]);
  // Equal magnitudes may be 0 or infinite, which don't divide.
  const equal = emit.node("Equal", [small, large]);
  const ratio = emit.node("Where", [equal, emit.node("Sign", [large]), emit.node("Div", [small, large])]);
  const angle = dtype === "float64" ? lowerAtanOfUnit(emit, ratio) : emit.node("Atan", [ratio]);
  const steep = emit.node("Greater", [y, x]);
  return emit.node("Where", [steep, emit.node("Sub", [emit.scalar(Math.PI / 2, dtype), angle]), angle]);
}

/** The angle in -pi/2..pi/2 whose tangent is x. */
export const atan: (x: Expr) => Expr = unary({
  name: "atan",
  onnx: (emit, x, dtype) => {
    if (dtype === "float32") return emit.node("Atan", [x]);
    const angle = lowerFirstQuadrant(emit, emit.node("Abs", [x]), emit.scalar(1, dtype), dtype);
    return emit.node("Mul", [emit.node("Sign", [x]), angle]);
  },
  gradient: (x, _y, g) => g.div(x.square().add(1)),
});

/**
 * The angle in -pi..pi of the point (x, y), elementwise with broadcasting; 0 at the origin, where it has no
 * gradient (NaN), and a multiple of pi/4 where both are infinite. Zeros have no sign: on the negative x axis it is pi.
 */
export const atan2: (y: Operand, x: Operand) => Expr = binary({
  name: "atan2",
  kind: "float",
  onnx: (emit, y, x, dtype) => {
    const zero = emit.scalar(0, dtype);
    const first = lowerFirstQuadrant(emit, emit.node("Abs", [y]), emit.node("Abs", [x]), dtype);
    const opposite = emit.node("Sub", [emit.scalar(Math.PI, dtype), first]);
    const upper = emit.node("Where", [emit.node("Less", [x, zero]), opposite, first]);
    return emit.node("Where", [emit.node("Less", [y, zero]), emit.node("Neg", [upper]), upper]);
  },
  gradient: (y, x, _angle, g) => {
    // By the larger of them, lest squares of small or large numbers leave the range.
    const larger = x.abs().maximum(y.abs());
    const unit = larger.isFinite().where(larger, 1);
    const [u, v] = [x.div(unit), y.div(unit)];
    const scaled = g.div(u.square().add(v.square())).div(unit);
    return [scaled.mul(u), scaled.mul(v).neg()];
  },
});

Expr.prototype.sin = function () {
  return sin(this);
};
Expr.prototype.cos = function () {
  return cos(this);
};
Expr.prototype.atan = function () {
  return atan(this);
};
Expr.prototype.atan2 = function (other) {
  return atan2(this, other);
};
