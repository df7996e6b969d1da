import { constant, type Expr } from "../graph/index.js";
import { UserError } from "../tensor/index.js";
import { fromLogVariance } from "./constraint.js";
import { type ParamValue, paramsOf } from "./define.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import { batchOf, type Gaussian, gaussianDensity, registerGaussian, scaledSquares } from "./gaussian.js";
import type { FamilyInfo } from "./info.js";
import { vectorSize } from "./multivariate-normal.js";
import { cholesky, diagonal, identity, invertTriangle } from "./triangular.js";

const name = "low-rank-normal";

/** Mean `loc` [..., z], covariance F F' + diag(scale^2) with F = `factor` [..., z, rank], scale [..., z]. */
function lowRankNormalOf(loc: Expr, factor: Expr, scale: Expr): Gaussian {
  const [z, rank] = factor.shape.slice(-2) as [number, number];
  const batch = batchOf([
    [loc, 1],
    [factor, 2],
    [scale, 1],
  ]);
  const shape = [...batch, z];
  const variance = factor.square().sum(-1).add(scale.square());
  const like = [loc, variance].find((x) => x.rank === shape.length);
  const mean = loc.expand(shape, like);
  const white = factor.div(scale.unsqueeze(-1));
  const capacitance = white.matrixTranspose().matmul(white).add(identity(rank, factor));
  const root = cholesky(capacitance, 1);
  const logDet = diagonal(root)
    .log()
    .sum(-1)
    .add(scale.log().sum(-1))
    .mul(2)
    .expand(batch, mean.slice(-1, 0, 1).squeeze(-1));
  const whiteRows = invertTriangle(root).matmul(white.matrixTranspose());
  const squaredLength: Gaussian["squaredLength"] = (given) => {
    const { columns, diagonal: isDiagonal } = given;
    const along = isDiagonal
      ? whiteRows.mul(columns.div(scale).unsqueeze(-2))
      : whiteRows.matmul(columns.div(scale.unsqueeze(-1)));
    return scaledSquares(given, scale).sub(along.square().sum([-1, -2]));
  };
  return {
    name,
    params: { loc, factor, scale },
    shape,
    eventRank: 1,
    support: "real",
    loc: mean,
    factors: [
      { columns: factor, diagonal: false },
      { columns: scale, diagonal: true },
    ],
    logDet,
    squaredLength,
    ...gaussianDensity(mean, logDet, squaredLength),
    rsample: (noise, sampleShape = []) => {
      const common = noise.draw("normal", [...sampleShape, ...batch, rank]);
      const own = noise.draw("normal", [...sampleShape, ...shape]);
      return factor.mul(common.unsqueeze(-2)).sum(-1).add(own.mul(scale)).add(loc);
    },
    mean: () => mean,
    variance: () => variance.expand(shape, mean),
  };
}

/** Options of a low-rank normal. */
export interface LowRankOptions {
  /** Number of directions of common variation; default 2. */
  readonly rank?: number;
}

const makeFamily = ({
  rank = 2,
}: LowRankOptions = {}): Family<EncodingOf<"mean" | "loc" | "factor" | "scale">> => {
  if (!Number.isInteger(rank) || rank < 1) {
    throw new UserError(`${name}: rank must be a whole number from 1, got ${rank}`, 2);
  }
  return {
    name,
    config: { rank },
    support: "real",
    rawSize: (event) => vectorSize(name, event) * (2 + rank),
    fromRaw: (raw, event) => {
      const z = vectorSize(name, event);
      const [loc, logVariance, free] = raw.split(-1, [z, z, z * rank]) as [Expr, Expr, Expr];
      const factor = free.reshape([...raw.shape.slice(0, -1), z, rank]);
      return lowRankNormalOf(loc, factor, fromLogVariance.map(logVariance));
    },
    prior: (event, { dtype }) => {
      const z = vectorSize(name, event);
      const zero = constant(0, dtype);
      return lowRankNormalOf(zero.expand([z]), zero.expand([z, rank]), constant(1, dtype).expand([z]));
    },
  };
};

const info: FamilyInfo = {
  name,
  description: "the Gaussian whose covariance is diagonal plus a few common directions",
  roles: ["posterior", "prior"],
  examples: ["low-rank-normal", "low-rank-normal(rank=1)"],
  options: {
    rank: { type: "integer", min: 1, max: 64, default: 2, about: "directions of common variation" },
  },
  make: makeFamily,
};

/** Mean [..., z], factor [..., z, rank] and diagonal [..., z]. */
export type LowRankParams = Readonly<Record<"loc" | "factor" | "scale", ParamValue>>;

/** Makes low-rank normals. */
export interface LowRankNormalFactory {
  (options?: LowRankOptions): Family<EncodingOf<"mean" | "loc" | "factor" | "scale">>;
  readonly familyName: string;
  readonly info: FamilyInfo;
  /** With mean `loc` [..., z] and covariance F F' + diag(scale^2), F = `factor` [..., z, rank]. */
  of(params: LowRankParams): Gaussian;
}

/**
 * The normal distribution with covariance F F' + diag(scale^2), F of `rank` columns. Densities go through the
 * rank x rank capacitance matrix (Woodbury's identity, the determinant lemma). Raw outputs are the mean, the
 * log-variances of the diagonal part and F, row by row; as a prior it is the standard normal. In float32 densities
 * need F to be below about 1,000 times the scale: the capacitance matrix has that ratio squared.
 */
export const lowRankNormal: LowRankNormalFactory = familyFactory(makeFamily, {
  familyName: name,
  info,
  of: (params: LowRankParams) => {
    const { loc, factor, scale } = paramsOf(name, ["loc", "factor", "scale"], params);
    return lowRankNormalOf(loc, factor, scale);
  },
});

registerGaussian(name);
