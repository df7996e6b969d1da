import { be, requireArgument } from "../tensor/index.js";
import { requireExpressions } from "./arguments.js";
import { type Attrs, Expr, type OpDef, type TypeInfo } from "./expr.js";

const anOp = be.having(["name", "infer", "gradient", "lower"], "an op: name, infer, gradient and lower");

/** Names an op and returns the function that makes its nodes. Errors of the shape rule name the op, and what is no expression is refused. */
export function defineOp<A extends object = Attrs>(
  op: OpDef<A>,
): (inputs: readonly Expr[], attrs: A) => Expr {
  requireArgument("defineOp", "the op", op, anOp);
  const untyped = op as unknown as OpDef;
  return (inputs, attrs) => {
    requireExpressions(op.name, inputs);
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
