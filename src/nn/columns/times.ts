import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";

/** x [..., n] times a matrix [n, m], also of a single x [n]. */
export function times(x: Expr, matrix: Expr): Expr {
  return x.shape.length === 1 ? x.unsqueeze(0).matmul(matrix).squeeze(0) : x.matmul(matrix);
}
