import { constant, type Expr } from "../graph/index.js";
import { concat, stack } from "../ops/index.js";

/** A constant matrix [n, n] from a rule for its elements. */
function matrix(n: number, like: Expr, element: (row: number, column: number) => number): Expr {
  return constant(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => element(i, j))),
    like.dtype,
  );
}

/** The identity matrix [n, n] of the dtype of `like`. */
export function identity(n: number, like: Expr): Expr {
  return matrix(n, like, (i, j) => (i === j ? 1 : 0));
}

/** The diagonal [..., n] of matrices [..., n, n]. */
export function diagonal(x: Expr): Expr {
  return x.mul(identity(x.shape.at(-1) as number, x)).sum(-1);
}

/** Square matrices with the lower triangle of `x` [..., n, n] and zeros above. */
export function lowerTriangle(x: Expr): Expr {
  return x.mul(matrix(x.shape.at(-1) as number, x, (i, j) => (j <= i ? 1 : 0)));
}

/**
 * Lower-triangular matrices [..., n, n] from their n (n + 1) / 2 free numbers along the last axis, laid out so
 * that no gather is needed: the numbers from the n-th on, then all of them backwards, row by row.
 */
export function fillTriangle(x: Expr, n: number): Expr {
  const all = concat([x.slice(-1, n), x.reverse(-1)]);
  return lowerTriangle(all.reshape([...x.shape.slice(0, -1), n, n]));
}

/**
 * The inverses of lower-triangular matrices [..., n, n] with a positive diagonal. Diagonal blocks are inverted
 * and doubled: [[A, 0], [C, B]] has the inverse [[A', 0], [-B' C A', B']], for all blocks of a size at once as
 * X - X L X with the L's of that size, so that 2 log2(n) matrix products do it.
 */
export function invertTriangle(lower: Expr): Expr {
  const n = lower.shape.at(-1) as number;
  const inverse = diagonal(lower).reciprocal();
  let x = inverse.unsqueeze(-1).mul(identity(n, lower));
  for (let size = 1; size < n; size *= 2) {
    const block = (i: number): number => Math.floor(i / size);
    const corners = matrix(n, lower, (i, j) => (block(i) === block(j) + 1 && block(j) % 2 === 0 ? 1 : 0));
    x = x.sub(x.matmul(lower.mul(corners)).matmul(x));
  }
  return x;
}

/**
 * The Cholesky factors of positive definite matrices [..., n, n], column by column: for small n. `smallest` is a
 * known lower bound of their eigenvalues (default 0), below which rounding can't push the squared diagonal.
 */
export function cholesky(x: Expr, smallest = 0): Expr {
  const n = x.shape.at(-1) as number;
  const columns: Expr[] = [];
  let rest = x;
  for (let j = 0; j < n; j++) {
    const column = rest.slice(-1, j, j + 1).squeeze(-1);
    const pivot = column
      .slice(-1, j, j + 1)
      .maximum(smallest)
      .sqrt();
    const below = constant(
      Array.from({ length: n }, (_, i) => (i >= j ? 1 : 0)),
      x.dtype,
    );
    const scaled = column.div(pivot).mul(below);
    columns.push(scaled);
    if (j < n - 1) rest = rest.sub(scaled.unsqueeze(-1).mul(scaled.unsqueeze(-2)));
  }
  return stack(columns, x.rank - 1);
}
