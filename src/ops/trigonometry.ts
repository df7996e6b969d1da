import { Expr } from "../graph/index.js";
import { unary } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Sine, of radians. */
    sin(): Expr;
    /** Cosine, of radians. */
    cos(): Expr;
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

Expr.prototype.sin = function () {
  return sin(this);
};
Expr.prototype.cos = function () {
  return cos(this);
};
