import { Expr } from "../graph/index.js";
import { unary } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** The largest integer not above x; no gradient. */
    floor(): Expr;
    /** The smallest integer not below x; no gradient. */
    ceil(): Expr;
    /** The nearest integer, halves to even; no gradient. */
    round(): Expr;
  }
}

/** The largest integer not above x; no gradient. */
export const floor: (x: Expr) => Expr = unary({ name: "floor", onnx: "Floor", gradient: null });

/** The smallest integer not below x; no gradient. */
export const ceil: (x: Expr) => Expr = unary({ name: "ceil", onnx: "Ceil", gradient: null });

/** The nearest integer, halves to even; no gradient. */
export const round: (x: Expr) => Expr = unary({ name: "round", onnx: "Round", gradient: null });

Expr.prototype.floor = function () {
  return floor(this);
};
Expr.prototype.ceil = function () {
  return ceil(this);
};
Expr.prototype.round = function () {
  return round(this);
};
