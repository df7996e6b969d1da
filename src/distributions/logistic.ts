import type { EncodingOf } from "./family.js";
import { positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";

/** The logistic distribution with mean `loc`; its standard deviation is `scale` times pi / sqrt(3). */
export const logistic: FamilyFactory<
  "loc" | "scale",
  EncodingOf<"mean" | "loc" | "scale">
> = defineDistribution({
  name: "logistic",
  description: "bell-shaped, with exponential tails",
  params: { loc: real, scale: positive },
  standard: { loc: 0, scale: 1 },
  noise: { u: "uniform" },
  rsample: ({ loc, scale }, { u }) => u.log().sub(u.neg().log1p()).mul(scale).add(loc),
  logProb: ({ loc, scale }, x) => {
    const t = x.sub(loc).div(scale).abs();
    return t.add(t.neg().exp().log1p().mul(2)).add(scale.log()).neg();
  },
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.square().mul(Math.PI ** 2 / 3),
  entropy: ({ scale }) => scale.log().add(2),
});
