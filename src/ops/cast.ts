import { defineOp, Expr, type OpDef, requireExpression } from "../graph/index.js";
import { aDType, type DType, isFloat, requireArgument } from "../tensor/index.js";
import { onnxType } from "./onnx-types.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** The same values as another dtype; gradients pass between float types only. */
    cast(dtype: DType): Expr;
  }
}

interface CastAttrs {
  readonly dtype: DType;
}

const castOp: OpDef<CastAttrs> = {
  name: "cast",
  infer: (inputs, { dtype }) => ({ dtype, shape: (inputs[0] as Expr).shape }),
  gradient: ({ inputs, grad }) => {
    const from = (inputs[0] as Expr).dtype;
    return [isFloat(from) && isFloat(grad.dtype) ? grad.cast(from) : null];
  },
  lower: (emit, inputs, _node, { dtype }) => emit.node("Cast", inputs, { to: { int: onnxType[dtype] } }),
};

const makeCast = defineOp(castOp);

/** The same values as another dtype; gradients pass between float types only. */
export function cast(x: Expr, dtype: DType): Expr {
  requireExpression("cast", x);
  requireArgument("cast", "the dtype", dtype, aDType);
  return x.dtype === dtype ? x : makeCast([x], { dtype });
}

Expr.prototype.cast = function (dtype) {
  return cast(this, dtype);
};
