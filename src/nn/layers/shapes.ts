import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { sameShape, type Shape } from "../../tensor/index.js";

/** The axes of x [..., ...example] before those of one example. */
export function leadOf(x: Expr, example: readonly number[]): Shape {
  return x.shape.slice(0, x.rank - example.length);
}

/** x [..., ...from] as [..., ...to]. What was just reshaped from that is taken as it was before. */
export function reshaped(x: Expr, from: readonly number[], to: readonly number[]): Expr {
  const shape = [...leadOf(x, from), ...to];
  if (sameShape(x.shape, shape)) return x;
  const [before] = x.op.name === "reshape" ? x.inputs : [];
  return before !== undefined && sameShape(before.shape, shape) ? before : x.reshape(shape);
}
