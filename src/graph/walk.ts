import { requireArgument } from "../tensor/index.js";
import { expressions } from "./arguments.js";
import type { Expr } from "./expr.js";
import { inputName } from "./leaves.js";

/**
 * All nodes that `outputs` need, inputs before users, each once; the same graph gives the same order. Nodes in
 * `known` and what only they need are left out.
 */
export function topological(outputs: readonly Expr[], known?: { has(node: Expr): boolean }): Expr[] {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const stack: { node: Expr; next: number }[] = [];
  for (const output of outputs) {
    if (seen.has(output) || known?.has(output)) continue;
    seen.add(output);
    stack.push({ node: output, next: 0 });
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const child = top.node.inputs[top.next++];
      if (child === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(child) && !known?.has(child)) {
        seen.add(child);
        stack.push({ node: child, next: 0 });
      }
    }
  }
  return order;
}

/** The input nodes that `outputs` need, by name. Throws if two different inputs share a name. */
export function inputsOf(outputs: readonly Expr[]): Map<string, Expr> {
  requireArgument("inputsOf", "outputs", outputs, expressions);
  const found = new Map<string, Expr>();
  for (const node of topological(outputs)) {
    const name = inputName(node);
    if (name === undefined) continue;
    if (found.has(name)) throw new Error(`two different inputs are named "${name}"`);
    found.set(name, node);
  }
  return found;
}
