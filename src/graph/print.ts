import { formatShape, requireArgument, type Tensor, toNumbers } from "../tensor/index.js";
import { expressions } from "./arguments.js";
import type { Expr } from "./expr.js";
import { topological } from "./walk.js";

const shownValues = 8;

function formatTensor(value: Tensor): string {
  const numbers = toNumbers(value);
  const shown = numbers.slice(0, shownValues).map(String).join(" ");
  return numbers.length > shownValues ? `{${shown} ... ${numbers.length} values}` : `{${shown}}`;
}

function formatAttr(value: unknown): string {
  if (typeof value === "object" && value !== null && "dtype" in value && "data" in value) {
    return formatTensor(value as Tensor);
  }
  return typeof value === "function" ? "(function)" : (JSON.stringify(value) ?? "");
}

/** Attributes as text, in the order of their names. */
export function formatAttrs(node: Expr): string {
  const entries = Object.entries(node.attrs).filter(([, value]) => value !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, value]) => `${key}=${formatAttr(value)}`).join(" ");
}

/**
 * A graph as text, one node a line, numbered in order of use: the same graph always prints the same way.
 *
 *     %0 = input name="x": float32[batch, 2]
 *     %1 = exp(%0): float32[batch, 2]
 *     return %1
 */
export function print(outputs: Expr | readonly Expr[]): string {
  const list: readonly Expr[] = Array.isArray(outputs) ? (outputs as readonly Expr[]) : [outputs as Expr];
  requireArgument("print", "outputs", list, expressions);
  const nodes = topological(list);
  const names = new Map(nodes.map((node, i) => [node, `%${i}`]));
  const nameOf = (node: Expr): string => names.get(node) ?? "?";
  const lines = nodes.map((node) => {
    const args = node.inputs.length > 0 ? `(${node.inputs.map(nameOf).join(", ")})` : "";
    const attrs = formatAttrs(node);
    const head = `${nameOf(node)} = ${node.op.name}${args}${attrs === "" ? "" : ` ${attrs}`}`;
    return `${head}: ${node.dtype}${formatShape(node.shape)}`;
  });
  return [...lines, `return ${list.map(nameOf).join(", ")}`].join("\n");
}
