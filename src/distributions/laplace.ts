import { positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl.js";
import { normal } from "./normal.js";

/** The Laplace (double exponential) distribution with mean `loc` and mean absolute deviation `scale`. */
export const laplace: FamilyFactory<"loc" | "scale"> = defineDistribution({
  name: "laplace",
  description: "double exponential: peaked, with heavier tails than the normal",
  params: { loc: real, scale: positive },
  standard: { loc: 0, scale: 1 },
  noise: { u: "uniform" },
  rsample: ({ loc, scale }, { u }) => {
    const nearer = u.minimum(u.neg().add(1)).mul(2);
    return loc.sub(scale.mul(u.sub(0.5).sign()).mul(nearer.log()));
  },
  logProb: ({ loc, scale }, x) => x.sub(loc).abs().div(scale).neg().sub(scale.mul(2).log()),
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.square().mul(2),
  entropy: ({ scale }) => scale.mul(2).log().add(1),
});

registerKl(laplace, laplace, (p, q) => {
  const distance = p.loc.sub(q.loc).abs();
  const ratio = p.scale.div(q.scale);
  const shift = ratio.mul(distance.div(p.scale).neg().exp()).add(distance.div(q.scale));
  return shift.sub(ratio.log()).sub(1);
});

registerKl(laplace, normal, (p, q) => {
  const spread = p.scale.div(q.scale).square();
  const shift = p.loc.sub(q.loc).div(q.scale).square().mul(0.5);
  const constant = 0.5 * Math.log(Math.PI / 2) - 1;
  return spread.add(shift).sub(spread.log().mul(0.5)).add(constant);
});

registerKl(normal, laplace, (p, q) => {
  const t = p.loc.sub(q.loc).div(p.scale);
  const absolute = t
    .square()
    .mul(-0.5)
    .exp()
    .mul(Math.sqrt(2 / Math.PI))
    .add(t.mul(t.mul(Math.SQRT1_2).erf()));
  const constant = Math.LN2 - 0.5 * Math.log(2 * Math.PI) - 0.5;
  return absolute.mul(p.scale).div(q.scale).sub(p.scale.div(q.scale).log()).add(constant);
});
