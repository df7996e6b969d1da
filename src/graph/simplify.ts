import { be, requireArgument } from "../tensor/index.js";
import { expressions } from "./arguments.js";
import { Expr, type Target } from "./expr.js";
import { topological } from "./walk.js";

function remade(node: Expr, inputs: readonly Expr[]): Expr {
  if (inputs.every((input, i) => input === node.inputs[i])) return node;
  const { dtype, shape } = node.op.infer(inputs, node.attrs);
  return new Expr(node.op, inputs, node.attrs, dtype, shape);
}

/**
 * The same values from fewer or cheaper nodes, by the `simplify` rules of the ops, applied until none fits. It
 * runs before a graph is lowered, never while it is built, so that a node which a user holds stays the node
 * that gradients are taken of. `target` is the engine that the graph is for; default one of nothing but standard ONNX.
 */
export function simplify(outputs: readonly Expr[], target: Target = { extensions: [] }): Expr[] {
  requireArgument("simplify", "outputs", outputs, expressions);
  requireArgument("simplify", "the target", target, be.having(["extensions"], "an engine's extensions"));
  const done = new Map<Expr, Expr>();
  const visit = (root: Expr): Expr => {
    for (const node of topological([root], done)) {
      if (done.has(node)) continue;
      const rebuilt = remade(
        node,
        node.inputs.map((input) => done.get(input) ?? input),
      );
      const better = rebuilt.op.simplify?.(rebuilt, target);
      const result = better === undefined || better === rebuilt ? rebuilt : visit(better);
      done.set(node, result);
      done.set(result, result);
    }
    return done.get(root) ?? root;
  };
  return outputs.map(visit);
}
