import { defineOp, type Emitter, Expr, type OpDef, requireExpressions } from "../graph/index.js";
import { broadcast, formatShape, isStatic } from "../tensor/index.js";
import { factorOf, requireKind } from "./elementwise.js";
import { transposed } from "./orientation.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Matrix product over the last two axes; leading axes broadcast. */
    matmul(other: Expr): Expr;
  }
}

const matmulOp: OpDef = {
  name: "matmul",
  infer: (inputs) => {
    const [a, b] = inputs as [Expr, Expr];
    requireKind(a, "float");
    const fits = a.rank >= 2 && b.rank >= 2 && a.dtype === b.dtype && a.shape.at(-1) === b.shape.at(-2);
    if (!fits) {
      throw new Error(
        `${a.dtype}${formatShape(a.shape)} and ${b.dtype}${formatShape(b.shape)} don't multiply`,
      );
    }
    const lead = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return { dtype: a.dtype, shape: [...lead, ...a.shape.slice(-2, -1), ...b.shape.slice(-1)] };
  },
  gradient: ({ inputs, grad }) => {
    const [a, b] = inputs as [Expr, Expr];
    const da = grad.matmul(b.matrixTranspose());
    const db = a.matrixTranspose().matmul(grad);
    return [da.sumTo(a.shape), db.sumTo(b.shape)];
  },
  lower: (emit, inputs, node) => {
    const inner = (node.inputs[0] as Expr).shape.at(-1);
    if (node.rank === 2 || typeof inner === "number") return lowerProduct(emit, inputs, node);
    // ONNX Runtime leaves a batch of products over no elements unwritten: one more element, a zero.
    const padded = inputs.map((x, i) => {
      const { rank } = node.inputs[i] as Expr;
      const end = 2 * rank - (i === 0 ? 1 : 2);
      return emit.node("Pad", [
        x,
        emit.ints(Array.from({ length: 2 * rank }, (_, at) => (at === end ? 1 : 0))),
      ]);
    });
    return emit.node("MatMul", padded);
  },
  simplify: ({ rank, inputs }) => {
    const [a, b] = inputs as [Expr, Expr];
    if (rank !== 2) return undefined;
    const [left, right] = [scaled(a), scaled(b)];
    if (left !== undefined) return left.rest.matmul(b).mul(left.number);
    return right && a.matmul(right.rest).mul(right.number);
  },
};

/** What a product of matrices takes along: `plus`, which broadcasts to it, is added to `alpha` (default 1) times it. */
export interface ProductExtras {
  readonly plus?: string;
  readonly alpha?: number;
}

/** A product of two matrices, with transposes taken into it. */
export function lowerProduct(
  emit: Emitter,
  inputs: readonly string[],
  node: Expr,
  { plus, alpha = 1 }: ProductExtras = {},
): string {
  const [a, b] = node.inputs as [Expr, Expr];
  // ONNX Runtime leaves the result of a product over nothing unset.
  if (a.shape.at(-1) === 0 && isStatic(node.shape)) {
    return emit.node("Expand", [emit.scalar(0, node.dtype), emit.ints(node.shape)]);
  }
  if (a.rank !== 2 || b.rank !== 2) return emit.node("MatMul", inputs);
  const [fromA, fromB] = [transposed(a), transposed(b)];
  const names = [fromA ? emit.nameOf(fromA) : inputs[0], fromB ? emit.nameOf(fromB) : inputs[1]] as string[];
  return emit.node("Gemm", plus === undefined ? names : [...names, plus], {
    transA: { int: fromA ? 1 : 0 },
    transB: { int: fromB ? 1 : 0 },
    ...(alpha !== 1 && { alpha: { float: alpha } }),
  });
}

/** The number by which a matrix is multiplied, and the matrix without it, through a transpose. */
function scaled(x: Expr): ReturnType<typeof factorOf> {
  const source = transposed(x);
  if (source === undefined) return factorOf(x);
  const inner = scaled(source);
  return inner && { ...inner, rest: inner.rest.transpose() };
}

const makeMatmul = defineOp(matmulOp);

/**
 * Matrix product over the last two axes of nodes of rank 2 or more; leading axes broadcast. Where only `a`
 * has leading axes they are folded into its rows, so that the product stays one product.
 */
export function matmul(a: Expr, b: Expr): Expr {
  requireExpressions("matmul", [a, b]);
  if (a.rank > 2 && b.rank === 2 && a.shape.at(-1) === b.shape[0]) {
    const lead = a.shape.slice(0, -1);
    if (a.shape.includes(0) || b.shape.includes(0)) return zeroProduct(a, b);
    if (lead.filter((dim) => typeof dim === "string").length > 1) return makeMatmul([a, b], {});
    const rows = a.reshape([-1, ...a.shape.slice(-1)]);
    return makeMatmul([rows, b], {}).reshape([...lead, ...b.shape.slice(1)]);
  }
  const product = makeMatmul([a, b], {});
  return a.shape.includes(0) || b.shape.includes(0) ? zeroProduct(a, b) : product;
}

/**
 * The product of operands of which one has no elements: zeros, or nothing. ONNX Runtime does not write products over
 * no elements, and refuses some without elements.
 */
function zeroProduct(a: Expr, b: Expr): Expr {
  return a.sum(-1, true).add(b.sum(-2, true));
}

Expr.prototype.matmul = function (other) {
  return matmul(this, other);
};
