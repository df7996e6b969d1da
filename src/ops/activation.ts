import { Expr } from "../graph/index.js";
import { unary } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** max(x, 0); its gradient at 0 is 0. */
    relu(): Expr;
    /** 1 / (1 + exp(-x)). */
    sigmoid(): Expr;
    /** Hyperbolic tangent. */
    tanh(): Expr;
    /** log(1 + exp(x)), finite for all finite x. */
    softplus(): Expr;
    /** log(sigmoid(x)), finite for all finite x. */
    logSigmoid(): Expr;
    /** x * sigmoid(x) (SiLU, swish). */
    silu(): Expr;
    /** x where positive, else exp(x) - 1. */
    elu(): Expr;
    /** x where positive, else `slope` * x; default slope 0.01. */
    leakyRelu(slope?: number): Expr;
  }
}

/** max(x, 0); its gradient at 0 is 0. */
export const relu: (x: Expr) => Expr = unary({
  name: "relu",
  onnx: "Relu",
  gradient: (_x, y, g) => y.greater(0).where(g, 0),
});

/** 1 / (1 + exp(-x)). */
export const sigmoid: (x: Expr) => Expr = unary({
  name: "sigmoid",
  onnx: "Sigmoid",
  gradient: (_x, y, g) => g.mul(y).mul(y.neg().add(1)),
});

/** Hyperbolic tangent. */
export const tanh: (x: Expr) => Expr = unary({
  name: "tanh",
  onnx: "Tanh",
  gradient: (_x, y, g) => g.mul(y.square().neg().add(1)),
});

/**
 * log(1 + exp(x)). In float32 it is written max(x, 0) - log(sigmoid(|x|)), whose parts ONNX Runtime computes
 * with vector instructions (its own Softplus is scalar code); in float64, where accuracy for very negative x
 * matters more than speed, max(x, 0) + log1p(exp(-|x|)).
 */
export const softplus: (x: Expr) => Expr = unary({
  name: "softplus",
  onnx: (emit, x, dtype) => {
    const positive = emit.node("Relu", [x]);
    const magnitude = emit.node("Abs", [x]);
    if (dtype === "float32") {
      return emit.node("Sub", [positive, emit.node("Log", [emit.node("Sigmoid", [magnitude])])]);
    }
    const e = emit.node("Exp", [emit.node("Neg", [magnitude])]);
    const one = emit.scalar(1, dtype);
    const u = emit.node("Add", [e, one]);
    const difference = emit.node("Sub", [u, one]);
    const lost = emit.node("Equal", [difference, emit.scalar(0, dtype)]);
    const ratio = emit.node("Div", [e, emit.node("Where", [lost, one, difference])]);
    const tail = emit.node("Where", [lost, e, emit.node("Mul", [emit.node("Log", [u]), ratio])]);
    return emit.node("Add", [positive, tail]);
  },
  gradient: (x, _y, g) => g.mul(x.sigmoid()),
});

/** log(sigmoid(x)), finite for all finite x. */
export function logSigmoid(x: Expr): Expr {
  return x.neg().softplus().neg();
}

/** x * sigmoid(x) (SiLU, swish). */
export function silu(x: Expr): Expr {
  return x.mul(x.sigmoid());
}

/** x where positive, else exp(x) - 1. */
export function elu(x: Expr): Expr {
  return x.greater(0).where(x, x.relu().neg().add(x).expm1());
}

/** x where positive, else `slope` * x. */
export function leakyRelu(x: Expr, slope = 0.01): Expr {
  return x.greater(0).where(x, x.mul(slope));
}

Expr.prototype.relu = function () {
  return relu(this);
};
Expr.prototype.sigmoid = function () {
  return sigmoid(this);
};
Expr.prototype.tanh = function () {
  return tanh(this);
};
Expr.prototype.softplus = function () {
  return softplus(this);
};
Expr.prototype.logSigmoid = function () {
  return logSigmoid(this);
};
Expr.prototype.silu = function () {
  return silu(this);
};
Expr.prototype.elu = function () {
  return elu(this);
};
Expr.prototype.leakyRelu = function (slope) {
  return leakyRelu(this, slope);
};
