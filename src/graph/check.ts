import { formatShape, requireArgument, sameShape } from "../tensor/index.js";
import { expressions } from "./arguments.js";
import type { Expr } from "./expr.js";
import { inputsOf, topological } from "./walk.js";

/**
 * Checks a whole graph: each node's type is what its op infers from its inputs, inputs come before their
 * users, and no two inputs share a name. Throws an Error that names the node. Run between passes.
 */
export function check(outputs: readonly Expr[]): void {
  requireArgument("check", "outputs", outputs, expressions);
  inputsOf(outputs);
  for (const node of topological(outputs)) {
    const where = `node ${node.id} (${node.op.name})`;
    for (const child of node.inputs) {
      if (child.id >= node.id) throw new Error(`${where} uses node ${child.id}, which was made after it`);
    }
    const { dtype, shape } = node.op.infer(node.inputs, node.attrs);
    if (dtype !== node.dtype || !sameShape(shape, node.shape)) {
      throw new Error(
        `${where} says ${node.dtype}${formatShape(node.shape)}, its op infers ${dtype}${formatShape(shape)}`,
      );
    }
  }
}
