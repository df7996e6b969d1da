import { fromLogVariance, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import type { EncodingOf } from "./family.js";
import { registerKl } from "./kl-rules.js";

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

const family: FamilyFactory<"loc" | "scale"> = defineDistribution({
  name: "normal",
  description: "the Gaussian; raw outputs are mean and log-variance",
  params: { loc: real, scale: fromLogVariance },
  standard: { loc: 0, scale: 1 },
  noise: { eps: "normal" },
  rsample: ({ loc, scale }, { eps }) => eps.mul(scale).add(loc),
  logProb: ({ loc, scale }, x) => x.sub(loc).div(scale).square().mul(-0.5).sub(scale.log()).sub(halfLogTwoPi),
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.square(),
  entropy: ({ scale }) => scale.log().add(0.5 + halfLogTwoPi),
});

/**
 * The normal (Gaussian) distribution with mean `loc` and standard deviation `scale`. Raw outputs are the mean
 * and the log-variance, as in Kingma and Welling, Auto-Encoding Variational Bayes (2014).
 */
export const normal = family as FamilyFactory<"loc" | "scale", EncodingOf<"mean" | "logVar">>;

registerKl("normal", "normal", (p, q) => {
  const ratio = p.scale.div(q.scale).square();
  const shift = p.loc.sub(q.loc).div(q.scale).square();
  return ratio.sub(1).sub(ratio.log()).add(shift).mul(0.5);
});
