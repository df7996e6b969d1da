import { defineDistribution, fromLogVariance, normal, real, registerFamily, registerKl } from "latent/web";

/**
 * A normal distribution whose draws let no gradient through, as if they came from a random generator that knows nothing of
 * its parameters: to show what training is like without the reparameterisation trick.
 */
export const stoppedNormal = defineDistribution({
  name: "stopped-normal",
  description: "a normal distribution whose draws let no gradient through",
  params: { loc: real, scale: fromLogVariance },
  standard: { loc: 0, scale: 1 },
  noise: { eps: "normal" },
  rsample: ({ loc, scale }, { eps }) => loc.add(scale.mul(eps)).stopGradient(),
  logProb: (params, x) => normal.of(params).logProb(x),
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.square(),
});

registerFamily(stoppedNormal);
registerKl(stoppedNormal, normal, (p, q) => {
  const ratio = p.scale.div(q.scale).square();
  const shift = p.loc.sub(q.loc).div(q.scale).square();
  return ratio.sub(1).sub(ratio.log()).add(shift).mul(0.5);
});
