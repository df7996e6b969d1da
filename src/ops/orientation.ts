import type { Expr } from "../graph/index.js";
import type { Dim } from "../tensor/index.js";

/**
 * The matrix that `x` is the transpose of, or undefined. Matrix products are fastest with activations kept as
 * [features, batch], and convolutions with [...image, channels, batch]; layers therefore compute transposed, and the rules
 * below carry the transposes through elementwise ops, reshapes and sums until they meet and cancel, or are taken into a
 * product.
 */
export function transposed(x: Expr): Expr | undefined {
  return x.rank === 2 ? turnedFrom(x)?.source : undefined;
}

/** What a node is the transpose of, and by which order of its axes. */
export interface Turned {
  readonly source: Expr;
  readonly order: readonly number[];
}

/** What `x` is the transpose of, or undefined. */
export function turnedFrom(x: Expr): Turned | undefined {
  const [source] = x.inputs;
  if (x.op.name !== "transpose" || source === undefined) return undefined;
  return { source, order: (x.attrs as { readonly order: readonly number[] }).order };
}

/** The order that undoes another. */
export function inverseOf(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}

/** `x` with its axes in another order, by a reshape if none but axes of length 1 change places. */
export function reordered(x: Expr, order: readonly number[]): Expr {
  const moving = order.filter((axis) => x.shape[axis] !== 1);
  const stays = moving.every((axis, i) => i === 0 || axis > (moving[i - 1] as number));
  return stays ? x.reshape(order.map((axis) => x.shape[axis] as Dim)) : x.transpose(order);
}

/** The order of a transpose that puts the first axis last, or the last one first. */
export const firstAxisLast = (rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => (i + 1) % rank);
export const lastAxisFirst = (rank: number): number[] => inverseOf(firstAxisLast(rank));

/** Values that are as cheap to have one way as the other: what is fed, fixed or looked up, and bytes made floats. */
const leaves = new Set(["input", "constant", "dequantize", "gather"]);

function isLeaf(x: Expr): boolean {
  return leaves.has(x.op.name);
}

/** Two lists of the same axes or dimensions. */
function same(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** An operand of an elementwise op of `rank` axes as it fits a result whose axes are in the order that `inverse` says. */
function turnedOperand(x: Expr, rank: number, order: readonly number[], inverse: readonly number[]): Expr {
  const from = turnedFrom(x);
  if (from !== undefined && same(from.order, order)) return from.source;
  if (x.rank === 0) return x;
  const ones = Array.from({ length: rank - x.rank }, () => 1);
  return reordered(x.reshape([...ones, ...x.shape]), inverse);
}

/** Operands of an elementwise op, and the transpose of its result that gives the op's own. */
export interface TurnedOperands {
  readonly operands: Expr[];
  readonly order: readonly number[];
}

/**
 * The operands of an elementwise op for computing its transpose, where that saves a transpose: all operands of
 * the result's shape are transposed alike or leaves, at least one is transposed and not merely a leaf; undefined
 * otherwise.
 */
export function turnedOperands(node: Expr): TurnedOperands | undefined {
  if (node.rank < 2 || (node.rank === 2 && node.shape.includes(1))) return undefined;
  const whole = node.inputs.filter((x) => same(x.shape, node.shape));
  const paying = whole.map(turnedFrom).find((from) => from !== undefined && !isLeaf(from.source));
  if (paying === undefined) return undefined;
  const { order } = paying;
  const fits = whole.every((x) => {
    const from = turnedFrom(x);
    return from === undefined ? isLeaf(x) : same(from.order, order);
  });
  if (!fits) return undefined;
  const inverse = inverseOf(order);
  return { operands: node.inputs.map((x) => turnedOperand(x, node.rank, order, inverse)), order };
}
