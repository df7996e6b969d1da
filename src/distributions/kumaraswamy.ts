import type { EncodingOf } from "./family.js";
import { constant, type Expr } from "../graph/index.js";
import { digammaDifference, lbeta } from "../ops/index.js";
import { positive } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { onUnitInterval, tiny } from "./positive.js";

/** E x^n. */
function moment(n: number, a: Expr, b: Expr): Expr {
  return lbeta(a.reciprocal().mul(n).add(1), b).exp().mul(b);
}

/**
 * The Kumaraswamy distribution, with the distribution function 1 - (1 - x^concentration1)^concentration0: much
 * like the beta distribution, but drawn by one formula. Kumaraswamy (1980); Nalisnick and Smyth, Stick-Breaking
 * Variational Autoencoders (2017).
 */
export const kumaraswamy: FamilyFactory<
  "concentration1" | "concentration0",
  EncodingOf<"mean" | "concentration1" | "concentration0">
> = defineDistribution({
  name: "kumaraswamy",
  description: "on 0..1, like beta",
  roles: ["posterior", "prior"],
  params: { concentration1: positive, concentration0: positive },
  support: "unitInterval",
  standard: { concentration1: 1, concentration0: 1 },
  noise: { u: "uniform" },
  rsample: ({ concentration1: a, concentration0: b }, { u }) => {
    const power = u.log().div(b).expm1().neg();
    return power
      .maximum(tiny(u))
      .log()
      .div(a)
      .maximum(Math.log(tiny(u)))
      .exp();
  },
  logProb: ({ concentration1: a, concentration0: b }, x) =>
    onUnitInterval(x, (y) => {
      const log = y.log();
      const rest = a.mul(log).expm1().neg().maximum(tiny(y)).log();
      return a.mul(b).log().add(a.sub(1).mul(log)).add(b.sub(1).mul(rest));
    }),
  mean: ({ concentration1: a, concentration0: b }) => moment(1, a, b),
  variance: ({ concentration1: a, concentration0: b }) => moment(2, a, b).sub(moment(1, a, b).square()),
  entropy: ({ concentration1: a, concentration0: b }) => {
    const harmonic = digammaDifference(constant(1, b.dtype).expand(b.shape, b), b);
    const first = b.reciprocal().neg().add(1);
    return first.add(a.reciprocal().neg().add(1).mul(harmonic)).sub(a.mul(b).log());
  },
});
