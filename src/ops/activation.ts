import { be, requireArgument } from "../tensor/index.js";
import { type Emitter, Expr, requireExpression, scalar } from "../graph/index.js";
import { unary } from "./elementwise.js";
import { lowerLog1p } from "./exponential.js";
import { horner } from "./polynomial.js";

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

/** Times it, every positive normal number is 1 or more: the reciprocal of the smallest one. */
const inverseOfTiniest = { float32: 2 ** 126, float64: 2 ** 1022 };

/** 1 where `y` is positive and 0 where it is not, exact for all normal numbers. */
export const heaviside: (y: Expr) => Expr = unary({
  name: "heaviside",
  onnx: (emit, y, dtype) => {
    const alpha = inverseOfTiniest[dtype === "float64" ? "float64" : "float32"];
    if (dtype === "float32")
      return emit.node("HardSigmoid", [y], { alpha: { float: alpha }, beta: { float: 0 } });
    const one = emit.scalar(1, dtype);
    const bounded = emit.node("Max", [emit.node("Min", [y, one]), emit.scalar(0, dtype)]);
    return emit.node("Min", [emit.node("Mul", [bounded, emit.scalar(alpha, dtype)]), one]);
  },
  gradient: null,
});

/** max(x, 0); its gradient at 0 is 0. NaN stays NaN. */
export const relu: (x: Expr) => Expr = unary({
  name: "relu",
  onnx: "Relu",
  gradient: (_x, y, g) => g.mul(heaviside(y)),
});

/**
 * 1 / (1 + exp(-x)), of full relative accuracy for negative x too. (ONNX's own Sigmoid has an absolute error
 * of 6e-8 in float32, so that it gives 0 from -18 on; in float64 it loses digits from -10 on.)
 */
export const sigmoid: (x: Expr) => Expr = unary({
  name: "sigmoid",
  onnx: (emit, x, dtype) => {
    const one = emit.scalar(1, dtype);
    const e = emit.node("Exp", [emit.node("Neg", [x])]);
    return emit.node("Div", [one, emit.node("Add", [e, one])]);
  },
  gradient: (x, y, g) => g.mul(y).mul(x.neg().sigmoid()),
});

/**
 * 1 / (1 + exp(-x)) by the engine's own kernel: in float32 its absolute error is 6e-8, so that it is 0 below
 * -18, at a quarter of the time of `sigmoid`. For sums in which such values don't count, and for pictures.
 */
export const quickSigmoid: (x: Expr) => Expr = unary({
  name: "quickSigmoid",
  onnx: "Sigmoid",
  gradient: (_x, y, g) => g.mul(y).mul(y.neg().add(1)),
});

/** Elements that are multiplied with each other before their logarithm is taken. */
const logGroup = 8;

/**
 * log(sigmoid(|x|)), by the engine's own sigmoid. Sums of it multiply groups of eight sigmoids, which are 0.5 or more,
 * and take the logarithms of the products: an eighth of the logarithms, each to the same relative accuracy.
 */
export const logSigmoidOfMagnitude: (x: Expr) => Expr = unary({
  name: "logSigmoidOfMagnitude",
  onnx: (emit, x) => emit.node("Log", [emit.node("Sigmoid", [emit.node("Abs", [x])])]),
  gradient: (x, y, g) => g.mul(y.expm1().neg()).mul(x.sign()),
  simplifySum: ({ inputs, shape }, axes) => {
    const axis = axes.find((at) => Number(shape[at]) % logGroup === 0 && shape[at] !== 0);
    if (axis === undefined) return undefined;
    const length = Number(shape[axis]) / logGroup;
    const sigmoids = quickSigmoid((inputs[0] as Expr).abs());
    let parts = sigmoids.split(axis, Array<number>(logGroup).fill(length));
    while (parts.length > 1) {
      const half = parts.length / 2;
      parts = parts.slice(0, half).map((part, i) => part.mul(parts[half + i] as Expr));
    }
    return (parts[0] as Expr).log().sum(axes);
  },
});

/** Hyperbolic tangent. */
export const tanh: (x: Expr) => Expr = unary({
  name: "tanh",
  onnx: "Tanh",
  gradient: (_x, y, g) => g.mul(y.square().neg().add(1)),
});

/**
 * Twice atanh(s)/s as a polynomial in s^2, lowest power first, for s from 0 to 1/3: interpolated at
 * Chebyshev's points, relative error 1.7e-7.
 */
const atanhSeries = [1.999999680266227, 0.6667584866935536, 0.3959318567542103, 0.34203619365951466];

/**
 * log(1 + exp(x)) as max(x, 0) + log1p(e) with e = exp(-|x|), to full relative accuracy for very negative x
 * too. In float32, log1p(e) is 2 atanh(s) with s = e / (2 + e), a polynomial of four terms: twelve passes of
 * vector instructions, a third of the time of ONNX Runtime's own Softplus, which is scalar code.
 */
export const softplus: (x: Expr) => Expr = unary({
  name: "softplus",
  onnx: (emit, x, dtype) => {
    const magnitude = emit.node("Abs", [x]);
    const e = emit.node("Exp", [emit.node("Neg", [magnitude])]);
    const tail = dtype === "float32" ? log1pOfUnit(emit, e) : lowerLog1p(emit, e, dtype);
    return emit.node("Add", [emit.node("Relu", [x]), tail]);
  },
  gradient: (x, _y, g) => g.mul(x.sigmoid()),
});

function log1pOfUnit(emit: Emitter, e: string): string {
  const s = emit.node("Div", [e, emit.node("Add", [e, emit.scalar(2, "float32")])]);
  const square = emit.node("Mul", [s, s]);
  return emit.node("Mul", [horner(emit, square, atanhSeries, "float32"), s]);
}

/** log(sigmoid(x)), finite for all finite x, to full relative accuracy. */
export function logSigmoid(x: Expr): Expr {
  requireExpression("logSigmoid", x);
  return x.neg().softplus().neg();
}

/** x * sigmoid(x) (SiLU, swish). */
export function silu(x: Expr): Expr {
  requireExpression("silu", x);
  return x.mul(x.sigmoid());
}

/** x where positive, else exp(x) - 1. NaN stays NaN, as does its gradient. */
export function elu(x: Expr): Expr {
  requireExpression("elu", x);
  return x.greater(0).where(x, x.minimum(0).expm1());
}

/** x where positive, else `slope` * x. NaN stays NaN, as does its gradient. */
export function leakyRelu(x: Expr, slope = 0.01): Expr {
  requireExpression("leakyRelu", x);
  requireArgument("leakyRelu", "the slope", slope, be.number());
  const factor = x.lessEqual(0).where(scalar(slope, x.dtype), Number.NaN);
  return x.mul(x.greater(0).where(1, factor));
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
