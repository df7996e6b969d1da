import { positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl.js";
import { normal } from "./normal.js";

/** The uniform distribution on `low`..`high`. A network puts out `low` and the raw value of the width. */
export const uniform: FamilyFactory<"low" | "high"> = defineDistribution({
  name: "uniform",
  description: "even between two limits",
  roles: ["posterior", "prior"],
  support: "interval",
  params: { low: real, high: { ...positive, above: -Infinity } },
  link: ({ low, high }) => ({ low, high: low.add(high) }),
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
