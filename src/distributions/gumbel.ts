import { positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl.js";
import { normal } from "./normal.js";

const euler = 0.577215664901532860606512090082;

/** The Gumbel distribution of largest values, with mode `loc`. */
export const gumbel: FamilyFactory<"loc" | "scale"> = defineDistribution({
  name: "gumbel",
  description: "skewed to the right: the distribution of largest values",
  roles: ["posterior", "prior"],
  params: { loc: real, scale: positive },
  standard: { loc: 0, scale: 1 },
  noise: { u: "uniform" },
  rsample: ({ loc, scale }, { u }) => loc.sub(scale.mul(u.log().neg().log())),
  logProb: ({ loc, scale }, x) => {
    const t = x.sub(loc).div(scale);
    return t.add(t.neg().exp()).add(scale.log()).neg();
  },
  mean: ({ loc, scale }) => scale.mul(euler).add(loc),
  variance: ({ scale }) => scale.square().mul(Math.PI ** 2 / 6),
  entropy: ({ scale }) => scale.log().add(1 + euler),
});

registerKl(gumbel, gumbel, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const shift = p.loc.sub(q.loc).div(q.scale);
  const tail = shift.neg().exp().mul(ratio.add(1).lgamma().exp());
  return shift
    .add(ratio.mul(euler))
    .add(tail)
    .sub(ratio.log())
    .sub(1 + euler);
});

registerKl(gumbel, normal, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const shift = p.scale.mul(euler).add(p.loc).sub(q.loc).div(q.scale);
  const second = ratio
    .mul(Math.PI / Math.sqrt(6))
    .square()
    .add(shift.square())
    .mul(0.5);
  return second.sub(ratio.log()).add(0.5 * Math.log(2 * Math.PI) - (1 + euler));
});

registerKl(normal, gumbel, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const shift = p.loc.sub(q.loc).div(q.scale);
  const tail = ratio.square().mul(0.5).sub(shift).exp();
  return shift
    .add(tail)
    .sub(ratio.log())
    .sub(0.5 * (1 + Math.log(2 * Math.PI)));
});
