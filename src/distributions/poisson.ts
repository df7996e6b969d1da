import { positive } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl.js";

/** The Poisson distribution of counts 0, 1, 2, ... with mean `rate`. */
export const poisson: FamilyFactory<"rate"> = defineDistribution({
  name: "poisson",
  description: "counts 0, 1, 2, ...",
  roles: ["likelihood"],
  params: { rate: positive },
  support: "nonNegativeInteger",
  logProb: ({ rate }, x) => x.mul(rate.log()).sub(rate).sub(x.add(1).lgamma()),
  mean: ({ rate }) => rate,
  variance: ({ rate }) => rate,
});

registerKl(poisson, poisson, (p, q) => p.rate.mul(p.rate.div(q.rate).log()).sub(p.rate.sub(q.rate)));
