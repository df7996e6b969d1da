import { real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl.js";
import { normal } from "./normal.js";

/**
 * The uniform distribution on `low`..`high`. What a network puts out lies within the standard prior's -1..1, so that
 * its divergence from that is finite: the sigmoid of the first raw value places the interval, that of the second is
 * half its width.
 */
export const uniform: FamilyFactory<"low" | "high"> = defineDistribution({
  name: "uniform",
  description: "even between two limits; as a posterior within -1..1",
  roles: ["posterior", "prior"],
  support: "interval",
  params: { low: real, high: real },
  link: ({ low, high }) => {
    // A little narrower than -1..1 and never empty, so that rounding does no harm.
    const half = high.sigmoid().mul(0.999).add(5e-4);
    const from = half.neg().add(1).mul(2).mul(low.sigmoid()).sub(1).mul(0.9999);
    return { low: from, high: from.add(half.mul(2 * 0.9999)) };
  },
  standard: { low: -1, high: 1 },
  noise: { u: "uniform" },
  rsample: ({ low, high }, { u }) => high.sub(low).mul(u).add(low),
  logProb: ({ low, high }, x) => {
    const inside = x.greaterEqual(low).and(x.lessEqual(high));
    return inside.where(high.sub(low).log().neg(), -Infinity);
  },
  mean: ({ low, high }) => low.add(high).mul(0.5),
  variance: ({ low, high }) => high.sub(low).square().div(12),
  entropy: ({ low, high }) => high.sub(low).log(),
});

registerKl(uniform, uniform, (p, q) => {
  const inside = p.low.greaterEqual(q.low).and(p.high.lessEqual(q.high));
  return inside.where(q.high.sub(q.low).div(p.high.sub(p.low)).log(), Infinity);
});

registerKl(uniform, normal, (p, q) => {
  const width = p.high.sub(p.low);
  const shift = p.low.add(p.high).mul(0.5).sub(q.loc);
  const second = width.square().div(12).add(shift.square()).div(q.scale.square()).mul(0.5);
  return q.scale
    .div(width)
    .log()
    .add(second)
    .add(0.5 * Math.log(2 * Math.PI));
});
