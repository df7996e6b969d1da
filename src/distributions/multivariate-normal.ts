import { constant, type Expr } from "../graph/index.js";
import { UserError } from "../tensor/index.js";
import { fromLogVariance } from "./constraint.js";
import { type ParamValue, paramsOf } from "./define.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import { batchOf, type Gaussian, gaussianDensity, registerGaussian } from "./gaussian.js";
import type { FamilyInfo } from "./info.js";
import { diagonal, fillTriangle, identity, invertTriangle, lowerTriangle } from "./triangular.js";

const name = "multivariate-normal";

/** The number of coordinates. Throws a UserError if the variable is no vector. */
export function vectorSize(family: string, event: readonly number[]): number {
  if (event.length === 1 && event[0] !== undefined && event[0] > 0) return event[0];
  throw new UserError(`${family} is for vectors, got a variable of shape [${event.join(", ")}]`, 2);
}

/** The normal distribution with mean `loc` [..., z] and covariance L L', L = `scaleTril` [..., z, z]. */
function multivariateNormalOf(loc: Expr, scaleTril: Expr): Gaussian {
  const z = loc.shape.at(-1) as number;
  const batch = batchOf([
    [loc, 1],
    [scaleTril, 2],
  ]);
  const shape = [...batch, z];
  const variance = scaleTril.square().sum(-1);
  const like = [loc, variance].find((x) => x.rank === shape.length);
  const mean = loc.expand(shape, like);
  const logDet = diagonal(scaleTril)
    .log()
    .sum(-1)
    .mul(2)
    .expand(batch, mean.slice(-1, 0, 1).squeeze(-1));
  let inverse: Expr | undefined;
  const squaredLength: Gaussian["squaredLength"] = ({ columns, diagonal: isDiagonal }) => {
    inverse ??= invertTriangle(scaleTril);
    const white = isDiagonal ? inverse.mul(columns.unsqueeze(-2)) : inverse.matmul(columns);
    return white.square().sum([-1, -2]);
  };
  return {
    name,
    params: { loc, scaleTril },
    shape,
    eventRank: 1,
    support: "real",
    loc: mean,
    factors: [{ columns: scaleTril, diagonal: false }],
    logDet,
    squaredLength,
    ...gaussianDensity(mean, logDet, squaredLength),
    rsample: (noise, sampleShape = []) => {
      const eps = noise.draw("normal", [...sampleShape, ...shape]);
      return scaleTril.mul(eps.unsqueeze(-2)).sum(-1).add(loc);
    },
    mean: () => mean,
    variance: () => variance.expand(shape, mean),
  };
}

const makeFamily = (): Family<EncodingOf<"mean" | "loc" | "scaleTril">> => ({
  name,
  config: {},
  support: "real",
  rawSize: (event) => {
    const z = vectorSize(name, event);
    return z + (z * (z + 1)) / 2;
  },
  fromRaw: (raw, event) => {
    const z = vectorSize(name, event);
    const [loc, free] = raw.split(-1, [z, (z * (z + 1)) / 2]) as [Expr, Expr];
    const filled = fillTriangle(free, z);
    const eye = identity(z, raw);
    const scale = fromLogVariance.map(diagonal(filled)).unsqueeze(-1).mul(eye);
    return multivariateNormalOf(loc, filled.mul(eye.neg().add(1)).add(scale));
  },
  prior: (event, { dtype }) => {
    const z = vectorSize(name, event);
    const loc = constant(0, dtype).expand([z]);
    return multivariateNormalOf(loc, identity(z, loc));
  },
});

const info: FamilyInfo = {
  name,
  description: "the Gaussian with full covariance, through its Cholesky factor",
  roles: ["posterior", "prior"],
  options: {},
  make: makeFamily,
};

/** Makes multivariate normals. */
export interface MultivariateNormalFactory {
  (): Family<EncodingOf<"mean" | "loc" | "scaleTril">>;
  readonly familyName: string;
  readonly info: FamilyInfo;
  /** With mean `loc` [..., z] and lower-triangular `scaleTril` [..., z, z]; what is above its diagonal is ignored. */
  of(params: { readonly loc: ParamValue; readonly scaleTril: ParamValue }): Gaussian;
}

/**
 * The normal distribution with full covariance. Raw outputs are the mean and the z (z + 1) / 2 numbers of the
 * Cholesky factor, on whose diagonal they are log-variances; as a prior it is the standard normal. Densities at
 * other points than the mean take the factor's inverse, z^3 operations a draw: fine up to z of about 64.
 */
export const multivariateNormal: MultivariateNormalFactory = familyFactory(makeFamily, {
  familyName: name,
  info,
  of: (params: { readonly loc: ParamValue; readonly scaleTril: ParamValue }) => {
    const { loc, scaleTril } = paramsOf(name, ["loc", "scaleTril"], params);
    return multivariateNormalOf(loc, lowerTriangle(scaleTril));
  },
});

registerGaussian(name);
