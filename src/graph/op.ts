import { type Attrs, Expr, type OpDef, type TypeInfo } from "./expr.js";

/** Names an op and returns the function that makes its nodes. Errors of the shape rule name the op. */
export function defineOp<A extends object = Attrs>(
  op: OpDef<A>,
): (inputs: readonly Expr[], attrs: A) => Expr {
  const untyped = op as unknown as OpDef;
  return (inputs, attrs) => {
    let type: TypeInfo;
    try {
      type = op.infer(inputs, attrs);
    } catch (error) {
      throw new Error(`${op.name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    return new Expr(untyped, inputs, attrs as Attrs, type.dtype, type.shape);
  };
}
