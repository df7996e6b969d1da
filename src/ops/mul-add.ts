import { defineOp, Expr, type OpDef } from "../graph/index.js";
import { formatShape } from "../tensor/index.js";
import { type Operand, liftBoth } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** this + other * factor for a number `factor`, in one pass where the engine can. */
    mulAdd(other: Expr, factor: Operand): Expr;
  }
}

const mulAddOp: OpDef = {
  name: "mulAdd",
  infer: (inputs) => {
    const [x, y, factor] = inputs as [Expr, Expr, Expr];
    if (factor.rank !== 0) throw new Error(`the factor must be a scalar, got ${formatShape(factor.shape)}`);
    if (x.dtype !== y.dtype || x.shape.join() !== y.shape.join()) {
      throw new Error(`${x.dtype}${formatShape(x.shape)} and ${y.dtype}${formatShape(y.shape)} differ`);
    }
    return { dtype: x.dtype, shape: x.shape };
  },
  gradient: ({ inputs, grad }) => {
    const [, y, factor] = inputs as [Expr, Expr, Expr];
    return [grad, grad.mul(factor), grad.mul(y).sum()];
  },
  lower: (emit, [x, y, factor], node) => {
    const [rows, columns] = node.rank === 2 ? node.shape : [];
    // ONNX Runtime's GatedAdd rounds as Mul and Add do; its factor is one for each row.
    const fits =
      node.dtype === "float32" && typeof rows === "number" && columns !== 1 && !node.shape.includes(0);
    if (fits && emit.has("com.microsoft.GatedAdd")) {
      const gate = emit.node("Expand", [factor as string, emit.ints([rows, 1])]);
      return emit.node("com.microsoft.GatedAdd", [x as string, y as string, gate]);
    }
    return emit.node("Add", [x as string, emit.node("Mul", [y as string, factor as string])]);
  },
};

const makeMulAdd = defineOp(mulAddOp);

/** x + y * factor for x and y of one shape and a scalar factor. */
export function mulAdd(x: Expr, y: Expr, factor: Operand): Expr {
  return makeMulAdd([x, y, liftBoth("mulAdd", x, factor)[1]], {});
}

Expr.prototype.mulAdd = function (other, factor) {
  return mulAdd(this, other, factor);
};
