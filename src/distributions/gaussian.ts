import type { Expr } from "../graph/index.js";
import { broadcast, type Shape } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import { registerKl } from "./kl-rules.js";
import { normal } from "./normal.js";

/** Columns whose outer products add up to a covariance: a matrix [..., z, k], or a diagonal one as [..., z]. */
export interface Factor {
  readonly columns: Expr;
  readonly diagonal: boolean;
}

/** What the divergences of normal distributions over vectors are made of. */
export interface Gaussian extends Distribution {
  readonly loc: Expr;
  readonly factors: readonly Factor[];
  /** log det of the covariance, of the batch shape. */
  readonly logDet: Expr;
  /** The sum over columns v of v' inverse(covariance) v, of the batch shape. */
  squaredLength(factor: Factor): Expr;
}

/** One vector [..., z] as a factor with one column. */
export function columnOf(vector: Expr): Factor {
  return { columns: vector.unsqueeze(-1), diagonal: false };
}

/** A factor's columns divided by `scale` [..., z], squared and summed. */
export function scaledSquares({ columns, diagonal }: Factor, scale: Expr): Expr {
  if (diagonal) return columns.div(scale).square().sum(-1);
  return columns.div(scale.unsqueeze(-1)).square().sum([-1, -2]);
}

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** log p(x) and the entropy of a Gaussian, from its parts. */
export function gaussianDensity(
  loc: Expr,
  logDet: Expr,
  squaredLength: (factor: Factor) => Expr,
): Pick<Required<Distribution>, "logProb" | "entropy"> {
  const z = loc.shape.at(-1) as number;
  return {
    logProb: (x) =>
      squaredLength(columnOf(x.sub(loc)))
        .add(logDet)
        .mul(-0.5)
        .sub(z * halfLogTwoPi),
    entropy: () => logDet.mul(0.5).add(z * (0.5 + halfLogTwoPi)),
  };
}

/** The batch axes that parameters with so many event axes have together. */
export function batchOf(params: readonly (readonly [Expr, number])[]): Shape {
  return params.map(([x, axes]) => x.shape.slice(0, x.rank - axes)).reduce<Shape>(broadcast, []);
}

/** A normal distribution over vectors with independent coordinates, seen as a Gaussian. */
function diagonalGaussian(distribution: Distribution): Gaussian {
  const { loc, scale } = distribution.params as { readonly loc: Expr; readonly scale: Expr };
  const full = scale.expand(distribution.shape, loc);
  return {
    ...distribution,
    loc: loc.expand(distribution.shape, full),
    factors: [{ columns: full, diagonal: true }],
    logDet: full.log().sum(-1).mul(2),
    squaredLength: (factor) => scaledSquares(factor, full),
  };
}

/** KL(p || q) of two Gaussians over vectors in nats, of the batch shape. */
export function gaussianKl(p: Gaussian, q: Gaussian): Expr {
  const z = p.loc.shape.at(-1) as number;
  const trace = p.factors.map((factor) => q.squaredLength(factor)).reduce((sum, term) => sum.add(term));
  const shift = q.squaredLength(columnOf(p.loc.sub(q.loc)));
  return trace.add(shift).add(q.logDet).sub(p.logDet).sub(z).mul(0.5);
}

const diagonalName = normal.familyName;

function gaussianOf(distribution: Distribution): Gaussian {
  return distribution.name === diagonalName ? diagonalGaussian(distribution) : (distribution as Gaussian);
}

const registered: string[] = [];

/** Registers the exact divergences of a Gaussian family with itself, the diagonal normal and those before it. */
export function registerGaussian(name: string): void {
  registered.push(name);
  for (const other of [diagonalName, ...registered]) {
    for (const [p, q] of [
      [name, other],
      [other, name],
    ] as const) {
      registerKl(p, q, (_p, _q, a, b) => gaussianKl(gaussianOf(a), gaussianOf(b)));
    }
  }
}
