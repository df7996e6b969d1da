import type { EncodingOf } from "./family.js";
import { positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl-rules.js";
import { logOnePlusSquare } from "./positive.js";

/** The Cauchy distribution with median `loc` and half width at half maximum `scale`. It has no mean. */
export const cauchy: FamilyFactory<"loc" | "scale", EncodingOf<"loc" | "scale">> = defineDistribution({
  name: "cauchy",
  description: "bell-shaped, with tails so heavy that it has no mean",
  params: { loc: real, scale: positive },
  standard: { loc: 0, scale: 1 },
  noise: { u: "uniform" },
  rsample: ({ loc, scale }, { u }) => {
    const turn = u.sub(0.5).mul(Math.PI);
    const nearer = u.minimum(u.neg().add(1)).mul(Math.PI);
    return turn.sin().div(nearer.sin()).mul(scale).add(loc);
  },
  logProb: ({ loc, scale }, x) => {
    const t = x.sub(loc).div(scale);
    return logOnePlusSquare(t).add(scale.mul(Math.PI).log()).neg();
  },
  entropy: ({ scale }) => scale.mul(4 * Math.PI).log(),
});

// Chyzak and Nielsen, A closed-form formula for the Kullback-Leibler divergence between Cauchy distributions (2019).
registerKl(cauchy, cauchy, (p, q) => {
  const away = p.scale.sub(q.scale).square().add(p.loc.sub(q.loc).square());
  return away.div(p.scale.mul(q.scale).mul(4)).log1p();
});
