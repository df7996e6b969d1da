import type { EncodingOf } from "./family.js";
import { positive } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { gamma, gammaEntropy } from "./gamma.js";
import { gumbel } from "./gumbel.js";
import { registerKl } from "./kl-rules.js";
import { normal } from "./normal.js";
import { onPositive } from "./positive.js";

const euler = 0.577215664901532860606512090082;

/** The exponential distribution with mean 1 / `rate`. */
export const exponential: FamilyFactory<"rate", EncodingOf<"mean" | "rate">> = defineDistribution({
  name: "exponential",
  description: "positive, falling from 0 on",
  roles: ["posterior", "prior"],
  params: { rate: positive },
  support: "positive",
  standard: { rate: 1 },
  noise: { u: "uniform" },
  rsample: ({ rate }, { u }) => u.log().neg().div(rate),
  logProb: ({ rate }, x) => onPositive(x, (y) => rate.log().sub(rate.mul(y))),
  mean: ({ rate }) => rate.reciprocal(),
  variance: ({ rate }) => rate.square().reciprocal(),
  entropy: ({ rate }) => rate.log().neg().add(1),
});

registerKl(exponential, exponential, (p, q) => {
  const ratio = q.rate.div(p.rate);
  return ratio.sub(1).sub(ratio.log());
});

registerKl(exponential, gamma, (p, q) => {
  const ratio = q.rate.div(p.rate);
  const rest = ratio.add(q.concentration.lgamma()).add(q.concentration.mul(euler));
  return rest.sub(q.concentration.mul(ratio.log())).sub(1 + euler);
});

registerKl(gamma, exponential, (p, q) => {
  const a = p.concentration;
  const ratio = q.rate.div(p.rate);
  return a.mul(ratio).sub(ratio.log()).sub(gammaEntropy(a));
});

registerKl(exponential, normal, (p, q) => {
  const variance = q.scale.square();
  const mean = p.rate.reciprocal();
  const second = mean.square().sub(q.loc.mul(mean)).add(q.loc.square().mul(0.5)).div(variance);
  return second.add(p.rate.mul(q.scale).log()).add(0.5 * Math.log(2 * Math.PI) - 1);
});

registerKl(exponential, gumbel, (p, q) => {
  const product = p.rate.mul(q.scale);
  const shift = q.loc.div(q.scale);
  const tail = shift.exp().mul(product.div(product.add(1)));
  return product.log().sub(shift).add(product.reciprocal()).add(tail).sub(1);
});

registerKl(gamma, normal, (p, q) => {
  const a = p.concentration;
  const mean = a.div(p.rate);
  const second = mean.square().add(mean.div(p.rate));
  const quadratic = second.sub(mean.mul(q.loc).mul(2)).add(q.loc.square()).div(q.scale.square()).mul(0.5);
  const entropy = gammaEntropy(a).sub(p.rate.log());
  return quadratic
    .add(q.scale.log())
    .add(0.5 * Math.log(2 * Math.PI))
    .sub(entropy);
});

registerKl(gamma, gumbel, (p, q) => {
  const a = p.concentration;
  const product = p.rate.mul(q.scale);
  const shift = q.loc.div(q.scale);
  const tail = shift.sub(a.mul(product.reciprocal().log1p())).exp();
  return product.log().sub(gammaEntropy(a)).sub(shift).add(a.div(product)).add(tail);
});
