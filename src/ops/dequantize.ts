import { defineOp, Expr, type OpDef } from "../graph/index.js";
import { be, type FloatType, requireArgument } from "../tensor/index.js";
import { requireKind } from "./elementwise.js";
import { onnxType } from "./onnx-types.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Of bytes: the value times `scale`, as floats, in one pass; no gradient. */
    dequantize(scale: number, dtype?: FloatType): Expr;
  }
}

interface DequantizeAttrs {
  readonly scale: number;
  readonly dtype: FloatType;
}

const dequantizeOp: OpDef<DequantizeAttrs> = {
  name: "dequantize",
  infer: (inputs, { dtype }) => {
    const x = inputs[0] as Expr;
    requireKind(x, "number");
    if (x.dtype !== "uint8") throw new Error(`takes uint8, got ${x.dtype}`);
    return { dtype, shape: x.shape };
  },
  gradient: () => [null],
  lower: (emit, [x], _node, { scale, dtype }) => {
    if (dtype === "float32") return emit.node("DequantizeLinear", [x as string, emit.scalar(scale, dtype)]);
    const floats = emit.node("Cast", [x as string], { to: { int: onnxType[dtype] } });
    return emit.node("Mul", [floats, emit.scalar(scale, dtype)]);
  },
};

const makeDequantize = defineOp(dequantizeOp);

/** Bytes times `scale`, as floats (default `float32`), in one pass; no gradient. */
export function dequantize(x: Expr, scale: number, dtype: FloatType = "float32"): Expr {
  requireArgument("dequantize", "the scale", scale, be.number());
  requireArgument("dequantize", "the dtype", dtype, be.oneOf(["float32", "float64"]));
  return makeDequantize([x], { scale, dtype });
}

Expr.prototype.dequantize = function (scale, dtype) {
  return dequantize(this, scale, dtype);
};
