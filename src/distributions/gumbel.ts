import type { EncodingOf } from "./family.js";
import type { Expr } from "../graph/index.js";
import "../ops/index.js";
import { positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl-rules.js";
import { normal } from "./normal.js";
import { expExcess } from "./positive.js";

const euler = 0.577215664901532860606512090082;

/** The Gumbel distribution of largest values, with mode `loc`. */
export const gumbel: FamilyFactory<
  "loc" | "scale",
  EncodingOf<"mean" | "loc" | "scale">
> = defineDistribution({
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

/** zeta(k) / k for k from 2 on. */
const zetaSeries = [
  0.8224670334241132, 0.40068563438653143, 0.27058080842778454, 0.207385551028673987, 0.16955717699740819,
  0.144049896768846118, 0.125509669524743042, 0.111334265869564691, 0.100099457512781808,
  0.0909540171458290422, 0.083353840546109004, 0.076932516411352192, 0.071432946295361336,
  0.0666687058824204681,
];

/**
 * log of gamma(1 + x) for x > 0, and what it and a straight line leave of log x, lgamma(1 + x) - log(x) +
 * euler (x - 1): 0 with slope 0 at x = 1, around which both are series.
 */
function gammaNearOne(x: Expr): { rest: Expr; log: Expr } {
  const away = x.sub(1);
  const near = away.abs().less(0.1);
  const d = near.where(away, 0).neg();
  const series = zetaSeries.reduceRight((sum: Expr | number, c) => d.mul(sum).add(c), 0) as Expr;
  const inside = d.square().mul(series);
  const outside = near.where(2, x);
  return {
    rest: near.where(inside, outside.lgamma().add(outside.sub(1).mul(euler))),
    log: near.where(inside.add(d.mul(euler)).add(near.where(x, 1).log()), outside.add(1).lgamma()),
  };
}

registerKl(gumbel, gumbel, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const shift = p.loc.sub(q.loc).div(q.scale);
  const { rest, log } = gammaNearOne(ratio);
  return expExcess(log.sub(shift)).add(rest);
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
