import { gammaLogMass } from "../ops/index.js";
import { positive } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl.js";
import { onPositive, tiny } from "./positive.js";
import { gammaNoise, logGammaDraw } from "./standard-gamma.js";

/**
 * The gamma distribution with `concentration` (shape) and `rate`. Draws differentiate by both parameters, by the
 * concentration implicitly (Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients, 2018).
 */
export const gamma: FamilyFactory<"concentration" | "rate"> = defineDistribution({
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
  entropy: ({ concentration: a, rate }) =>
    a.sub(rate.log()).add(a.lgamma()).add(a.neg().add(1).mul(a.digamma())),
});

registerKl(gamma, gamma, (p, q) => {
  const a = p.concentration;
  const b = q.concentration;
  const ratio = q.rate.div(p.rate);
  return b
    .lgamma()
    .sub(a.lgamma())
    .add(a.sub(b).mul(a.digamma()))
    .sub(b.mul(ratio.log()))
    .add(a.mul(ratio.sub(1)));
});
