import type { Emitter } from "../graph/index.js";
import type { DType } from "../tensor/index.js";

/** Writes a polynomial of `x`, coefficients lowest power first, by Horner's rule. */
export function horner(emit: Emitter, x: string, coefficients: readonly number[], dtype: DType): string {
  return coefficients
    .map((coefficient) => emit.scalar(coefficient, dtype))
    .reduceRight((sum, coefficient) => emit.node("Add", [emit.node("Mul", [sum, x]), coefficient]));
}
