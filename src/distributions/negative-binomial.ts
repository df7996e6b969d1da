import type { EncodingOf } from "./family.js";
import { positive } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";

/**
 * The negative binomial distribution of counts 0, 1, 2, ... with mean `mean` and variance mean + dispersion * mean^2: a
 * Poisson distribution whose rate is gamma distributed, for counts that scatter more than Poisson's.
 */
export const negativeBinomial: FamilyFactory<
  "mean" | "dispersion",
  EncodingOf<"mean" | "dispersion">
> = defineDistribution({
  name: "negative-binomial",
  description: "counts 0, 1, 2, ... that scatter more than poisson's",
  roles: ["likelihood"],
  params: { mean: positive, dispersion: positive },
  support: "nonNegativeInteger",
  logProb: ({ mean, dispersion }, x) => {
    const size = dispersion.reciprocal();
    const count = x.maximum(0);
    const ways = count.add(size).lgamma().sub(size.lgamma()).sub(count.add(1).lgamma());
    const excess = mean.mul(dispersion);
    const none = size.mul(excess.log1p());
    const each = excess
      .equal(0)
      .and(count.equal(0))
      .where(0, count.mul(excess.log().sub(excess.log1p())));
    return x.less(0).where(-Infinity, ways.sub(none).add(each));
  },
  mean: ({ mean }) => mean,
  variance: ({ mean, dispersion }) => mean.add(dispersion.mul(mean.square())),
});
