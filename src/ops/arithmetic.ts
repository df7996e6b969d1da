import { type Emitter, Expr, uniformValue } from "../graph/index.js";
import { sameShape } from "../tensor/index.js";
import { lowerProduct } from "./matmul.js";
import { binary, type Operand, unary } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Sum, elementwise with broadcasting. */
    add(other: Operand): Expr;
    /** Difference, elementwise with broadcasting. */
    sub(other: Operand): Expr;
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

/** The addend of a product of matrices that nothing else uses, if it is a row, a column or a number. */
function biasOf(emit: Emitter, product: Expr, other: Expr): boolean {
  const isProduct = product.op.name === "matmul" && product.rank === 2 && product.inputs[0]?.shape[1] !== 0;
  const isBias = other.rank < 2 || (other.rank === 2 && (other.shape[0] === 1 || other.shape[1] === 1));
  return isProduct && isBias && emit.usesOf(product) === 1;
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
        plus,
      );
    // ONNX Runtime's WebGPU Gemm ends the process if the addend has no axis.
    const axed = (bias: Expr, name: string): string =>
      bias.rank === 0 ? emit.node("Unsqueeze", [name, emit.ints([0])]) : name;
    if (sameShape(x.shape, node.shape) && biasOf(emit, x, y)) return into(x, axed(y, b));
    if (sameShape(y.shape, node.shape) && biasOf(emit, y, x)) return into(y, axed(x, a));
    return emit.node("Add", [a, b]);
  },
  gradient: (_a, _b, _y, g) => [g, g],
});
const subNodes = binary({
  name: "sub",
  neutral: [undefined, 0],
  onnx: "Sub",
  gradient: (_a, _b, _y, g) => [g, g.neg()],
});
const mulNodes = binary({
  name: "mul",
  neutral: [1, 1],
  onnx: "Mul",
  gradient: (a, b, _y, g) => [g.mul(b), g.mul(a)],
});
const divNodes = binary({
  name: "div",
  neutral: [undefined, 1],
  onnx: "Div",
  gradient: (_a, b, y, g) => {
    const da = g.div(b);
    return [da, da.mul(y).neg()];
  },
});

/** True if `x` is the constant `value` and combining it with `other` keeps other's shape. */
function isNeutral(x: Operand, value: number, other: Operand): boolean {
  if (!(other instanceof Expr)) return false;
  if (typeof x === "number") return x === value;
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
