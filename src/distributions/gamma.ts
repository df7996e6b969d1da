import type { EncodingOf } from "./family.js";
import type { Expr } from "../graph/index.js";
import { customGradient, gammaLogMass, logMinusDigamma, stirlingError } from "../ops/index.js";
import { positive } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl-rules.js";
import { excess, onPositive, tiny } from "./positive.js";
import { gammaNoise, logGammaDraw } from "./standard-gamma.js";

/** The entropy at rate 1, a + lgamma(a) + (1 - a) digamma(a) without the cancellation of its terms. */
export function gammaEntropy(a: Expr): Expr {
  const rest = a.sub(1).mul(logMinusDigamma(a)).add(stirlingError(a));
  return a
    .log()
    .add(Math.log(2 * Math.PI))
    .mul(0.5)
    .add(rest);
}

/**
 * The gamma distribution with `concentration` (shape) and `rate`. Draws differentiate by both parameters, by the
 * concentration implicitly (Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients, 2018).
 */
export const gamma: FamilyFactory<
  "concentration" | "rate",
  EncodingOf<"mean" | "concentration" | "rate">
> = defineDistribution({
  name: "gamma",
  description: "positive, with a shape and a rate",
  roles: ["posterior", "prior"],
  params: { concentration: positive, rate: positive },
  support: "positive",
  standard: { concentration: 1, rate: 1 },
  noise: gammaNoise,
  rsample: ({ concentration, rate }, noise) => {
    const log = logGammaDraw(concentration, noise).sub(rate.log());
    return log.maximum(Math.log(tiny(log))).exp();
  },
  logProb: ({ concentration, rate }, x) =>
    onPositive(x, (y) => {
      const log = y.log();
      return gammaLogMass(concentration, y.mul(rate), log.add(rate.log())).sub(log);
    }),
  mean: ({ concentration, rate }) => concentration.div(rate),
  variance: ({ concentration, rate }) => concentration.div(rate.square()),
  entropy: ({ concentration, rate }) => gammaEntropy(concentration).sub(rate.log()),
});

// The usual formula, with Stirling's in place of the terms that cancel.
registerKl(gamma, gamma, (p, q) => {
  const [a, b] = [p.concentration, q.concentration];
  const ratio = q.rate.div(p.rate).mul(a.div(b));
  const corrections = stirlingError(b)
    .sub(stirlingError(a))
    .add(b.sub(a).mul(logMinusDigamma(a)));
  const value = b.mul(excess(ratio)).sub(b.div(a).log().mul(0.5)).add(corrections);
  // The derivatives of the usual formula, in which nothing large cancels.
  return customGradient(value, [a, p.rate, b, q.rate], (grad) => {
    const rates = q.rate.div(p.rate);
    return [
      a.sub(b).mul(a.trigamma()).add(q.rate.sub(p.rate).div(p.rate)),
      b.sub(a.mul(rates)).div(p.rate),
      b.div(a.mul(rates)).log().add(logMinusDigamma(a)).sub(logMinusDigamma(b)),
      a.mul(rates).sub(b).div(q.rate),
    ].map((slope, i) => grad.mul(slope).sumTo(([a, p.rate, b, q.rate][i] as Expr).shape));
  });
});
