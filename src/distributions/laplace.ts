import type { EncodingOf } from "./family.js";
import type { Expr } from "../graph/index.js";
import { customGradient } from "../ops/index.js";
import { positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl-rules.js";
import { normal } from "./normal.js";
import { expExcess } from "./positive.js";

/** The Laplace (double exponential) distribution with mean `loc` and mean absolute deviation `scale`. */
export const laplace: FamilyFactory<
  "loc" | "scale",
  EncodingOf<"mean" | "loc" | "scale">
> = defineDistribution({
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
  const t = distance.div(p.scale);
  const shift = ratio.mul(expExcess(t.neg()));
  const value = ratio.sub(1).sub(ratio.log()).add(shift);
  // The derivatives as they are; differentiated term by term they would cancel.
  return customGradient(value, [distance, p.scale, q.scale], (grad) => [
    grad.mul(t.neg().expm1().neg()).div(q.scale).sumTo(distance.shape),
    grad.mul(t.add(1).mul(t.neg().exp()).div(q.scale).sub(p.scale.reciprocal())).sumTo(p.scale.shape),
    grad.mul(q.scale.sub(p.scale).div(q.scale).sub(shift).div(q.scale)).sumTo(q.scale.shape),
  ]);
});

registerKl(laplace, normal, (p, q) => {
  const spread = p.scale.div(q.scale).square();
  const shift = p.loc.sub(q.loc).div(q.scale).square().mul(0.5);
  const constant = 0.5 * Math.log(Math.PI / 2) - 1;
  return spread.add(shift).sub(spread.log().mul(0.5)).add(constant);
});

/** The mean of |x| for a normal x with mean `shift` and standard deviation `scale`. */
function meanSize(shift: Expr, scale: Expr): Expr {
  const t = shift.div(scale);
  const bell = t
    .square()
    .mul(-0.5)
    .exp()
    .mul(Math.sqrt(2 / Math.PI));
  const sign = t.mul(Math.SQRT1_2).erf();
  // The derivatives as they are; differentiated term by term they would cancel.
  return customGradient(bell.mul(scale).add(shift.mul(sign)), [shift, scale], (grad) => [
    grad.mul(sign).sumTo(shift.shape),
    grad.mul(bell).sumTo(scale.shape),
  ]);
}

registerKl(normal, laplace, (p, q) => {
  const constant = Math.LN2 - 0.5 * Math.log(2 * Math.PI) - 0.5;
  const size = meanSize(p.loc.sub(q.loc), p.scale);
  return size.div(q.scale).sub(p.scale.div(q.scale).log()).add(constant);
});
