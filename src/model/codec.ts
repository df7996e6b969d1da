import { type Each, type ExampleSchema, isStandardized, scalesOf } from "../data/portable.js";
import { constant, type Expr } from "../graph/index.js";
import "../ops/index.js";
import type { FloatType } from "../tensor/index.js";

function numbers(values: Each, dtype: FloatType): Expr | number {
  return typeof values === "number" ? values : constant([...values], dtype);
}

/**
 * Flat examples [..., numbers] as they are stored, bytes or floats, as a model's numbers: bytes read as the schema says,
 * then standardised if it says so.
 */
export function modelNumbersOf(stored: Expr, schema: ExampleSchema, dtype: FloatType): Expr {
  const { level, mean, scale } = scalesOf(schema);
  const own = ((): Expr => {
    if (stored.dtype !== "uint8") return stored.cast(dtype);
    if (typeof level === "number") return stored.dequantize(level, dtype);
    return stored.dequantize(1, dtype).mul(constant([...level], dtype));
  })();
  return isStandardized(schema) ? own.sub(numbers(mean, dtype)).div(numbers(scale, dtype)) : own;
}

/** A model's numbers [..., numbers] in the data's own units: the inverse of a standardisation. */
export function ownUnitsOf(x: Expr, schema: ExampleSchema): Expr {
  if (!isStandardized(schema)) return x;
  const { mean, scale } = scalesOf(schema);
  const dtype = x.dtype as FloatType;
  return x.mul(numbers(scale, dtype)).add(numbers(mean, dtype));
}
