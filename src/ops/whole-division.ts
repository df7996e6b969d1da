import { type Emitter, type Expr, uniformValue } from "../graph/index.js";
import type { DType } from "../tensor/index.js";

/**
 * A quotient or remainder of whole numbers. That of the lowest number by -1 has no place in the dtype, and the processor
 * ends the process: by -1, `byMinusOne` is taken, and the division is by 1.
 */
export function lowerWholeDivision(
  emit: Emitter,
  divisor: string,
  dtype: DType,
  known: Expr,
  divide: (by: string) => string,
  byMinusOne: () => string,
): string {
  const fixed = uniformValue(known);
  if (dtype === "uint8" || (fixed !== undefined && fixed !== -1)) return divide(divisor);
  const isMinusOne = emit.node("Equal", [divisor, emit.scalar(-1, dtype)]);
  const safe = emit.node("Where", [isMinusOne, emit.scalar(1, dtype), divisor]);
  return emit.node("Where", [isMinusOne, byMinusOne(), divide(safe)]);
}
