import { defineDistribution, type FamilyFactory, normal, positive, real, registerKl } from "latent";

/** The symmetric triangular distribution on loc - scale .. loc + scale: the sum of two uniforms. */
export const triangular: FamilyFactory<"loc" | "scale"> = defineDistribution({
  name: "triangular",
  description: "a tent: falls in straight lines from its middle",
  params: { loc: real, scale: positive },
  standard: { loc: 0, scale: 1 },
  noise: { u: "uniform", v: "uniform" },
  rsample: ({ loc, scale }, { u, v }) => loc.add(scale.mul(u.add(v).sub(1))),
  // rounding can put a draw on the edge or just outside, where the logarithm must stay finite: hence 1e-20 and 1e-3
  logProb: ({ loc, scale }, x) => {
    const height = x.sub(loc).abs().div(scale).neg().add(1);
    return height.greater(-1e-3).where(height.maximum(1e-20).div(scale).log(), -Infinity);
  },
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.square().div(6),
  entropy: ({ scale }) => scale.log().add(0.5),
});

// Not needed: without it the divergence is estimated from the draw.
registerKl(triangular, normal, (p, q) => {
  const second = p.scale.square().div(6).add(p.loc.sub(q.loc).square());
  const crossEntropy = second
    .div(q.scale.square())
    .mul(0.5)
    .add(q.scale.log())
    .add(0.5 * Math.log(2 * Math.PI));
  return crossEntropy.sub(p.scale.log()).sub(0.5);
});
