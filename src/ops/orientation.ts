import type { Expr } from "../graph/index.js";

/**
 * The matrix that `x` is the transpose of, or undefined. Matrix products are fastest with activations kept as
 * [features, batch]; layers therefore compute transposed, and the rules below carry the transposes through
 * elementwise ops and sums until they meet and cancel, or are taken into a product.
 */
export function transposed(x: Expr): Expr | undefined {
  return x.rank === 2 && x.op.name === "transpose" ? x.inputs[0] : undefined;
}

/** Values that are as cheap to have one way as the other: what is fed, fixed or looked up, and bytes made floats. */
const leaves = new Set(["input", "constant", "dequantize", "gather"]);

/** An operand of an elementwise op with a [m, n] result, turned so as to fit a [n, m] result. */
function turned(x: Expr): Expr {
  const source = transposed(x);
  if (source !== undefined || x.rank === 0) return source ?? x;
  const [rows = 1, columns = 1] = x.rank === 1 ? [1, ...x.shape] : x.shape;
  return rows === 1 || columns === 1 ? x.reshape([columns, rows]) : x.transpose();
}

/**
 * The operands of an elementwise op for computing its transpose, where that saves a transpose: all operands of
 * the result's shape are transposed or leaves, at least one is transposed and not merely a leaf; undefined
 * otherwise.
 */
export function turnedOperands(node: Expr): Expr[] | undefined {
  if (node.rank !== 2 || node.shape.includes(1)) return undefined;
  const whole = node.inputs.filter((x) => x.rank === 2 && x.shape.every((dim, i) => dim === node.shape[i]));
  const sources = whole.map((x) => transposed(x) ?? x);
  const fits = whole.every((x) => transposed(x) !== undefined || leaves.has(x.op.name));
  const pays = whole.some((x, i) => transposed(x) !== undefined && !leaves.has(sources[i]?.op.name ?? ""));
  return fits && pays ? node.inputs.map(turned) : undefined;
}
