import { type Emitter, Expr, uniformValue } from "../graph/index.js";
import { isFloat, sameShape } from "../tensor/index.js";
import { lowerProduct } from "./matmul.js";
import { binary, factorOf, type Operand, unary } from "./elementwise.js";
import { joinedPaddings } from "./slice.js";
import { lowerWholeDivision } from "./whole-division.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Sum, elementwise with broadcasting. */
    add(other: Operand): Expr;
    /** Difference, elementwise with broadcasting. */
    sub(other: Operand): Expr;
    /** As `add`, for two terms of one sign: their sum may be taken as the sum of two sums, without cancellation. */
    addAlike(other: Expr): Expr;
    /** Product, elementwise with broadcasting. */
    mul(other: Operand): Expr;
    /** Quotient, elementwise with broadcasting. */
    div(other: Operand): Expr;
    /** The negative. */
    neg(): Expr;
    /** The absolute value; its gradient at 0 is 0. */
    abs(): Expr;
    /** -1, 0 or 1; no gradient. */
    sign(): Expr;
  }
}

/** x c1 c2 as x (c1 c2). */
function productOfNumbers(a: Expr, b: Expr): Expr | undefined {
  for (const [number, product] of [
    [a, b],
    [b, a],
  ] as const) {
    if (number.rank > 0 || uniformValue(number) === undefined || !isFloat(number.dtype)) continue;
    const inner = factorOf(product);
    if (inner !== undefined) return inner.rest.mul(inner.number.mul(number));
  }
  return undefined;
}

/** A product of two matrices over something. */
function isProduct({ op, rank, inputs }: Expr): boolean {
  return op.name === "matmul" && rank === 2 && inputs[0]?.shape[1] !== 0;
}

/** The addend of a product of matrices that nothing else uses, if it is a row, a column or a number. */
function biasOf(emit: Emitter, product: Expr, other: Expr): boolean {
  const isBias = other.rank < 2 || (other.rank === 2 && (other.shape[0] === 1 || other.shape[1] === 1));
  return isProduct(product) && isBias && emit.usesOf(product) === 1;
}

const addNodes = binary({
  name: "add",
  neutral: [0, 0],
  onnx: (emit, a, b, _dtype, node) => {
    const [x, y] = node.inputs as [Expr, Expr];
    const into = (product: Expr, plus: string): string =>
      lowerProduct(
        emit,
        product.inputs.map((input) => emit.nameOf(input)),
        product,
        { plus },
      );
    // ONNX Runtime's WebGPU Gemm ends the process if the addend has no axis.
    const axed = (bias: Expr, name: string): string =>
      bias.rank === 0 ? emit.node("Unsqueeze", [name, emit.ints([0])]) : name;
    if (sameShape(x.shape, node.shape) && biasOf(emit, x, y)) return into(x, axed(y, b));
    if (sameShape(y.shape, node.shape) && biasOf(emit, y, x)) return into(y, axed(x, a));
    return emit.node("Add", [a, b]);
  },
  gradient: (_a, _b, _y, g) => [g, g],
  value: (a, b) => a + b,
  simplify: (a, b) => joinedPaddings(a, b) ?? a.op.simplifyPlus?.(a, b) ?? b.op.simplifyPlus?.(b, a),
});
const subNodes = binary({
  name: "sub",
  neutral: [undefined, 0],
  onnx: "Sub",
  gradient: (_a, _b, _y, g) => [g, g.neg()],
  value: (a, b) => a - b,
});
const addAlikeNodes = binary({
  name: "addAlike",
  onnx: "Add",
  gradient: (_a, _b, _y, g) => [g, g],
  simplifySum: ({ inputs, shape }, axes) => {
    const [a, b] = inputs as [Expr, Expr];
    return sameShape(a.shape, b.shape) && axes.length === shape.length ? a.sum().add(b.sum()) : undefined;
  },
});

const mulNodes = binary({
  name: "mul",
  neutral: [1, 1],
  onnx: (emit, a, b, _dtype, node) => {
    const [x, y] = node.inputs as [Expr, Expr];
    for (const [product, other] of [
      [x, y],
      [y, x],
    ] as const) {
      const factor = other.rank === 0 ? uniformValue(other) : undefined;
      // Gemm's factor is a float32, whatever its operands are.
      if (factor === undefined || Math.fround(factor) !== factor) continue;
      if (!isProduct(product) || emit.usesOf(product) !== 1) continue;
      const inputs = product.inputs.map((input) => emit.nameOf(input));
      return lowerProduct(emit, inputs, product, { alpha: factor });
    }
    return emit.node("Mul", [a, b]);
  },
  gradient: (a, b, _y, g) => [g.mul(b), g.mul(a)],
  value: (a, b) => a * b,
  simplify: productOfNumbers,
  simplifySum: ({ inputs }, axes) => {
    const [a, b] = inputs as [Expr, Expr];
    if (b.rank === 0) return a.sum(axes).mul(b);
    return a.rank === 0 ? b.sum(axes).mul(a) : undefined;
  },
});
const divNodes = binary({
  name: "div",
  neutral: [undefined, 1],
  onnx: (emit, a, b, dtype, node) => {
    const divide = (by: string): string => emit.node("Div", [a, by]);
    if (isFloat(dtype)) return divide(b);
    return lowerWholeDivision(emit, b, dtype, node.inputs[1] as Expr, divide, () => emit.node("Neg", [a]));
  },
  gradient: (_a, b, y, g) => {
    const da = g.div(b);
    return [da, da.mul(y).neg()];
  },
  value: (a, b) => a / b,
  simplifySum: ({ inputs, dtype }, axes) => {
    const [a, b] = inputs as [Expr, Expr];
    return b.rank === 0 && isFloat(dtype) ? a.sum(axes).div(b) : undefined;
  },
});

/** True if `x` is the constant `value` and combining it with `other` keeps other's shape. */
function isNeutral(x: Operand, value: number, other: Operand): boolean {
  if (!(other instanceof Expr)) return false;
  if (!(x instanceof Expr)) return x === value;
  if (x.dtype !== other.dtype || uniformValue(x) !== value) return false;
  return x.rank === 0 || sameShape(x.shape, other.shape);
}

/** Sum, elementwise with broadcasting; a constant 0 is dropped. */
export function add(a: Operand, b: Operand): Expr {
  if (isNeutral(b, 0, a)) return a as Expr;
  return isNeutral(a, 0, b) ? (b as Expr) : addNodes(a, b);
}

/** Difference, elementwise with broadcasting; a constant 0 is dropped. */
export function sub(a: Operand, b: Operand): Expr {
  return isNeutral(b, 0, a) ? (a as Expr) : subNodes(a, b);
}

/** Product, elementwise with broadcasting; a constant 1 is dropped. */
export function mul(a: Operand, b: Operand): Expr {
  if (isNeutral(b, 1, a)) return a as Expr;
  return isNeutral(a, 1, b) ? (b as Expr) : mulNodes(a, b);
}

/** Quotient, elementwise with broadcasting; a constant divisor 1 is dropped. */
export function div(a: Operand, b: Operand): Expr {
  return isNeutral(b, 1, a) ? (a as Expr) : divNodes(a, b);
}

/** The negative. */
export const neg: (x: Expr) => Expr = unary({
  name: "neg",
  onnx: "Neg",
  gradient: (_x, _y, g) => g.neg(),
  kind: "signed",
  value: (x) => -x,
  simplifySum: ({ inputs }, axes) => (inputs[0] as Expr).sum(axes).neg(),
});

/** The absolute value; its gradient at 0 is 0. */
export const abs: (x: Expr) => Expr = unary({
  name: "abs",
  onnx: "Abs",
  gradient: (x, _y, g) => g.mul(x.sign()),
  kind: "number",
});

/** -1, 0 or 1; no gradient. */
export const sign: (x: Expr) => Expr = unary({ name: "sign", onnx: "Sign", gradient: null, kind: "number" });

Expr.prototype.add = function (other) {
  return add(this, other);
};
Expr.prototype.addAlike = function (other) {
  return addAlikeNodes(this, other);
};
Expr.prototype.sub = function (other) {
  return sub(this, other);
};
Expr.prototype.mul = function (other) {
  return mul(this, other);
};
Expr.prototype.div = function (other) {
  return div(this, other);
};
Expr.prototype.neg = function () {
  return neg(this);
};
Expr.prototype.abs = function () {
  return abs(this);
};
Expr.prototype.sign = function () {
  return sign(this);
};
