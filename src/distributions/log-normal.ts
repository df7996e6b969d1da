import type { EncodingOf } from "./family.js";
import { fromLogVariance, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl-rules.js";
import { normal } from "./normal.js";
import { onPositive } from "./positive.js";

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** The distribution of exp(y) for a normal y with mean `loc` and standard deviation `scale`. */
export const logNormal: FamilyFactory<
  "loc" | "scale",
  EncodingOf<"mean" | "loc" | "scale">
> = defineDistribution({
  name: "log-normal",
  description: "positive: the exponential of a normal",
  roles: ["posterior", "prior"],
  params: { loc: real, scale: fromLogVariance },
  support: "positive",
  standard: { loc: 0, scale: 1 },
  noise: { eps: "normal" },
  rsample: ({ loc, scale }, { eps }) => {
    // Draws whose squares would not be finite are moved in.
    const most = eps.dtype === "float64" ? 345 : 42;
    return eps.mul(scale).add(loc).clamp(-most, most).exp();
  },
  logProb: ({ loc, scale }, x) =>
    onPositive(x, (y) => {
      const log = y.log();
      const square = log.sub(loc).div(scale).square();
      return square.mul(0.5).add(log).add(scale.log()).add(halfLogTwoPi).neg();
    }),
  mean: ({ loc, scale }) => scale.square().mul(0.5).add(loc).exp(),
  variance: ({ loc, scale }) => {
    const square = scale.square();
    return square.expm1().mul(loc.mul(2).add(square).exp());
  },
  entropy: ({ loc, scale }) =>
    scale
      .log()
      .add(loc)
      .add(0.5 + halfLogTwoPi),
});

registerKl(logNormal, logNormal, (p, q) => {
  const ratio = p.scale.div(q.scale).square();
  const shift = p.loc.sub(q.loc).div(q.scale).square();
  return ratio.sub(1).sub(ratio.log()).add(shift).mul(0.5);
});

registerKl(logNormal, normal, (p, q) => {
  const square = p.scale.square();
  const mean = square.mul(0.5).add(p.loc).exp();
  const second = mean.square().mul(square.exp());
  const quadratic = second.sub(mean.mul(q.loc).mul(2)).add(q.loc.square()).div(q.scale.square()).mul(0.5);
  return quadratic.add(q.scale.log()).sub(p.scale.log()).sub(p.loc).sub(0.5);
});
