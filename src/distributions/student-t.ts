import type { EncodingOf } from "./family.js";
import { constant, type Expr } from "../graph/index.js";
import { lbeta, logMinusDigamma } from "../ops/index.js";
import { above, positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { logOnePlusSquare } from "./positive.js";
import { gammaNoise, logGammaDraw } from "./standard-gamma.js";

/** log of the beta function of df/2 and 1/2. */
function logBetaHalf(df: Expr): Expr {
  return lbeta(df.mul(0.5), constant(0.5, df.dtype));
}

/**
 * Student's t-distribution with `df` degrees of freedom. A network's `df` is above 2, where the variance is
 * finite. A draw is a normal one over the root of a gamma draw and differentiates through both. Where they don't
 * exist the mean (df <= 1) is NaN and the variance infinite (1 < df <= 2) or NaN.
 */
export const studentT: FamilyFactory<
  "df" | "loc" | "scale",
  EncodingOf<"mean" | "df" | "loc" | "scale">
> = defineDistribution({
  name: "student-t",
  description: "bell-shaped, with tails as heavy as the degrees of freedom say",
  params: { df: { ...above(2), above: 0 }, loc: real, scale: positive },
  standard: { df: 4, loc: 0, scale: 1 },
  noise: { eps: "normal", ...gammaNoise },
  rsample: ({ df, loc, scale }, { eps, ...noise }) => {
    const half = df.mul(0.5);
    const spread = half.log().sub(logGammaDraw(half, noise)).mul(0.5);
    return eps.mul(spread.minimum(60).exp()).mul(scale).add(loc);
  },
  logProb: ({ df, loc, scale }, x) => {
    const t = x.sub(loc).div(scale).div(df.sqrt());
    const tail = df.add(1).mul(0.5).mul(logOnePlusSquare(t));
    return tail.add(scale.log()).add(df.log().mul(0.5)).add(logBetaHalf(df)).neg();
  },
  mean: ({ df, loc }) => df.greater(1).where(loc, Number.NaN),
  variance: ({ df, scale }) => {
    const heavy = df.greater(1).cast(df.dtype).mul(0).add(Number.POSITIVE_INFINITY);
    const finite = scale.square().mul(df.div(df.sub(2)));
    return df.greater(2).where(finite, df.greater(1).where(heavy, Number.NaN));
  },
  entropy: ({ df, scale }) => {
    const half = df.mul(0.5);
    const slopes = half
      .reciprocal()
      .mul(0.5)
      .log1p()
      .add(logMinusDigamma(half))
      .sub(logMinusDigamma(half.add(0.5)));
    return half.add(0.5).mul(slopes).add(df.log().mul(0.5)).add(logBetaHalf(df)).add(scale.log());
  },
});
