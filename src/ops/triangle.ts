import { constant, defineOp, Expr, type OpDef, requireExpression } from "../graph/index.js";
import {
  be,
  type FloatType,
  formatShape,
  fromNumbers,
  requireArgument,
  tensor,
  UserError,
} from "../tensor/index.js";
import { axisOf, lengthOf } from "./axes.js";
import { requireKind } from "./elementwise.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Of matrices (the last two axes): zeros above the `k`-th diagonal; default 0, the main one. */
    tril(k?: number): Expr;
    /** Of matrices (the last two axes): zeros below the `k`-th diagonal; default 0, the main one. */
    triu(k?: number): Expr;
    /** The main diagonals of matrices (the last two axes, of fixed length): [..., n, m] to [..., min(n, m)]. */
    diagonal(): Expr;
    /** Square matrices with this on the main diagonal and zeros elsewhere: [..., n] to [..., n, n]. */
    diagonalMatrix(): Expr;
  }
}

interface TriangleAttrs {
  readonly upper: boolean;
  readonly k: number;
}

const triangleOp: OpDef<TriangleAttrs> = {
  name: "triangle",
  infer: (inputs) => {
    const x = inputs[0] as Expr;
    requireKind(x, "signed");
    if (x.rank < 2) throw new Error(`takes matrices, got ${formatShape(x.shape)}`);
    return { dtype: x.dtype, shape: x.shape };
  },
  gradient: ({ grad, attrs }) => [makeTriangle([grad], attrs)],
  lower: (emit, [x], _node, { upper, k }) =>
    emit.node("Trilu", [x as string, emit.scalar(k, "int64")], { upper: { int: upper ? 1 : 0 } }),
};

const anInteger = { expected: "a whole number", ok: (value: unknown) => Number.isInteger(value) };

const makeTriangle = defineOp(triangleOp);

/** Matrices (the last two axes) with zeros above the `k`-th diagonal; default 0, the main one. */
export function tril(x: Expr, k = 0): Expr {
  requireArgument("tril", "k", k, anInteger);
  return makeTriangle([x], { upper: false, k });
}

/** Matrices (the last two axes) with zeros below the `k`-th diagonal; default 0, the main one. */
export function triu(x: Expr, k = 0): Expr {
  requireArgument("triu", "k", k, anInteger);
  return makeTriangle([x], { upper: true, k });
}

/** The main diagonals of matrices (the last two axes, of fixed length): [..., n, m] to [..., min(n, m)]. */
export function diagonal(x: Expr): Expr {
  requireExpression("diagonal", x);
  if (x.rank < 2) throw new UserError(`diagonal: takes matrices, got ${formatShape(x.shape)}`);
  const rows = lengthOf(x, x.rank - 2, "diagonal");
  const columns = lengthOf(x, x.rank - 1, "diagonal");
  const flat = x.reshape([...x.shape.slice(0, -2), rows * columns]);
  return flat.slice(-1, 0, Math.min(rows, columns) * (columns + 1), columns + 1);
}

/** The identity matrix of `n` rows. */
export function eye(n: number, dtype: FloatType = "float32"): Expr {
  requireArgument("eye", "the number of rows", n, be.whole(0));
  requireArgument("eye", "the dtype", dtype, be.oneOf(["float32", "float64"]));
  const values = Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  return constant(tensor(dtype, [n, n], fromNumbers(dtype, values)));
}

/** Square matrices with `x` on the main diagonal and zeros elsewhere: [..., n] to [..., n, n]. */
export function diagonalMatrix(x: Expr): Expr {
  const n = lengthOf(x, axisOf("diagonalMatrix", x, -1), "diagonalMatrix");
  return eye(n).greater(0).where(x.unsqueeze(-1), 0);
}

Expr.prototype.tril = function (k) {
  return tril(this, k);
};
Expr.prototype.triu = function (k) {
  return triu(this, k);
};
Expr.prototype.diagonal = function () {
  return diagonal(this);
};
Expr.prototype.diagonalMatrix = function () {
  return diagonalMatrix(this);
};
