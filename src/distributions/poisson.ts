import type { EncodingOf } from "./family.js";
import { customGradient } from "../ops/index.js";
import { positive } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl-rules.js";

/** The Poisson distribution of counts 0, 1, 2, ... with mean `rate`, which may be 0. */
export const poisson: FamilyFactory<"rate", EncodingOf<"mean" | "rate">> = defineDistribution({
  name: "poisson",
  description: "counts 0, 1, 2, ...",
  roles: ["likelihood"],
  params: { rate: positive },
  support: "nonNegativeInteger",
  logProb: ({ rate }, x) => {
    // 0 log 0 is 0: at rate 0 the count 0 is certain
    const certain = rate.equal(0).and(x.equal(0));
    const count = x.maximum(0);
    const logProb = count.mul(certain.where(1, rate).log()).sub(rate).sub(count.add(1).lgamma());
    return x.less(0).where(-Infinity, logProb);
  },
  mean: ({ rate }) => rate,
  variance: ({ rate }) => rate,
});

registerKl(poisson, poisson, (p, q) => {
  const none = p.rate.equal(0);
  const ratio = none.and(q.rate.equal(0)).where(1, q.rate.div(p.rate));
  const value = none.where(q.rate, ratio.sub(1).sub(ratio.log()).mul(p.rate));
  // The derivatives as they are; differentiated term by term they would cancel.
  return customGradient(value, [p.rate, q.rate], (grad) => [
    grad.mul(ratio.log()).neg().sumTo(p.rate.shape),
    grad.mul(none.where(1, q.rate.sub(p.rate).div(q.rate))).sumTo(q.rate.shape),
  ]);
});
