import { defineOp, Expr, type OpDef } from "../graph/index.js";
import { broadcast, formatShape } from "../tensor/index.js";
import { requireKind } from "./elementwise.js";

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
  lower: (emit, inputs) => emit.node("MatMul", inputs),
};

const makeMatmul = defineOp(matmulOp);

/**
 * Matrix product over the last two axes of nodes of rank 2 or more; leading axes broadcast. Where only `a`
 * has leading axes they are folded into its rows, so that the product stays one product.
 */
export function matmul(a: Expr, b: Expr): Expr {
  if (a.rank > 2 && b.rank === 2 && a.shape.at(-1) === b.shape[0]) {
    const lead = a.shape.slice(0, -1);
    if (a.shape.includes(0) || lead.filter((dim) => typeof dim === "string").length > 1)
      return makeMatmul([a, b], {});
    const rows = a.reshape([-1, ...a.shape.slice(-1)]);
    return makeMatmul([rows, b], {}).reshape([...lead, ...b.shape.slice(1)]);
  }
  return makeMatmul([a, b], {});
}

Expr.prototype.matmul = function (other) {
  return matmul(this, other);
};
