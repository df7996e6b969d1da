import { constant, type Expr } from "../../graph/index.js";
import "../../ops/index.js";

/** The heads' hidden numbers [..., heads * width] after their activation: of each head the first half as they are, the others ReLU. */
export function bent(hidden: Expr, width: number): Expr {
  const slopes = Array.from({ length: hidden.shape.at(-1) as number }, (_, i) =>
    i % width < width / 2 ? 1 : 0,
  );
  return hidden.maximum(hidden.mul(constant(slopes, hidden.dtype)));
}
