import type { EncodingOf } from "./family.js";
import type { Expr } from "../graph/index.js";
import { besselRatio, besselRatioComplement, logBesselIScaled, vonMisesImplicit } from "../ops/index.js";
import { positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl-rules.js";
import { PolarAngle } from "./polar-angle.js";

const logTwoPi = Math.log(2 * Math.PI);

/** 1 - cos(angle), exact for small angles. */
function versine(angle: Expr): Expr {
  return angle.mul(0.5).sin().square().mul(2);
}

/** The angle's distance from 0 as one uniform number gives it. */
function quantile(concentration: Expr, u: Expr): Expr {
  const kind = {
    energy: versine,
    shape: (kappa: Expr) => ({ mode: kappa.mul(0), width: kappa.add(0.25).sqrt().reciprocal() }),
  };
  return new PolarAngle(kind, concentration, 2).quantile(u);
}

/**
 * The von Mises distribution of an angle around `loc`, all angles being in -pi..pi: log p(x) is `concentration`
 * times cos(x - loc) plus a constant; at concentration 0 it is even on the circle. Draws come from the inverse
 * distribution function and differentiate exactly. As mean and variance it has the circular ones: `loc` and
 * 1 - I1/I0.
 */
export const vonMises: FamilyFactory<
  "loc" | "concentration",
  EncodingOf<"mean" | "loc" | "concentration">
> = defineDistribution({
  name: "von-mises",
  description: "an angle, around a direction: the normal of the circle",
  roles: ["posterior", "prior"],
  params: { loc: real, concentration: { ...positive, above: -1e-300 } },
  support: "angle",
  standard: { loc: 0, concentration: 0 },
  noise: { u: "uniform" },
  rsample: ({ loc, concentration }, { u }) => {
    const side = u.sub(0.5).sign();
    const kappa = concentration.expand(u.shape, u);
    const away = quantile(kappa, u.sub(0.5).abs().mul(2)).mul(side);
    const angle = vonMisesImplicit(kappa, away).add(loc);
    const turns = angle.div(2 * Math.PI).round();
    return angle.sub(turns.mul(2 * Math.PI));
  },
  logProb: ({ loc, concentration }, x) =>
    concentration
      .mul(versine(x.sub(loc)))
      .add(logBesselIScaled(0, concentration))
      .add(logTwoPi)
      .neg(),
  mean: ({ loc }) => loc,
  variance: ({ concentration }) => besselRatioComplement(0, concentration),
  entropy: ({ concentration }) =>
    concentration
      .mul(besselRatioComplement(0, concentration))
      .add(logBesselIScaled(0, concentration))
      .add(logTwoPi),
});

registerKl(vonMises, vonMises, (p, q) => {
  const spread = besselRatioComplement(0, p.concentration);
  const away = versine(p.loc.sub(q.loc)).mul(besselRatio(0, p.concentration)).add(spread);
  const normalizers = logBesselIScaled(0, q.concentration).sub(logBesselIScaled(0, p.concentration));
  return normalizers.add(q.concentration.mul(away)).sub(p.concentration.mul(spread));
});
