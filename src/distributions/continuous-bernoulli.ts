import type { Expr } from "../graph/index.js";
import { customGradient } from "../ops/index.js";
import { real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";

/** Closed forms cancel below this |logit|, where the series below are exact to 1e-11. */
const near = 0.5;

/** c0 + c1 y + c2 y^2 + ... for y = x^2, with x near 0. */
function series(x: Expr, coefficients: readonly number[]): Expr {
  const square = x.square();
  return coefficients.reduceRight((sum: Expr | number, c) => square.mul(sum).add(c), 0) as Expr;
}

/** Of a function that is smooth at 0: the series near 0, elsewhere the closed form, which never sees 0. */
function smooth(x: Expr, inside: (x: Expr) => Expr, outside: (x: Expr, size: Expr) => Expr): Expr {
  const isNear = x.abs().less(near);
  const far = isNear.where(near, x);
  return isNear.where(inside(isNear.where(x, 0)), outside(far, far.abs()));
}

const varianceSeries = [1 / 12, -1 / 240, 1 / 6048, -1 / 172800, 1 / 5322240, -691 / 118879488000];

function varianceOf(logits: Expr): Expr {
  return smooth(
    logits,
    (l) => series(l, varianceSeries),
    (l, size) => {
      const e = size.neg().exp();
      return l
        .square()
        .reciprocal()
        .sub(e.div(e.sub(1).square()));
    },
  );
}

/** The mean, which is the derivative of `logIntegral`. */
function meanOf(logits: Expr): Expr {
  const value = smooth(
    logits,
    (l) =>
      l
        .mul(
          series(
            l,
            varianceSeries.map((c, i) => c / (2 * i + 1)),
          ),
        )
        .add(0.5),
    (l, size) => {
      const upper = size.neg().expm1().neg().reciprocal().sub(size.reciprocal());
      return l.greater(0).where(upper, upper.neg().add(1));
    },
  );
  return customGradient(value, [logits], (grad) => [grad.mul(varianceOf(logits))]);
}

/** log of the integral of exp(logits x) over 0..1. */
function logIntegral(logits: Expr): Expr {
  const value = smooth(
    logits,
    (l) => {
      const even = varianceSeries.map((c, i) => c / ((2 * i + 1) * (2 * i + 2)));
      return l.square().mul(series(l, even)).add(l.mul(0.5));
    },
    (l, size) => size.neg().expm1().neg().div(size).log().add(l.relu()),
  );
  return customGradient(value, [logits], (grad) => [grad.mul(meanOf(logits))]);
}

/**
 * The continuous Bernoulli distribution on 0..1 with log-odds `logits`: the Bernoulli likelihood of grey levels
 * with the normaliser that it lacks. Loaiza-Ganem and Cunningham, The continuous Bernoulli (2019).
 */
export const continuousBernoulli: FamilyFactory<"logits"> = defineDistribution({
  name: "continuous-bernoulli",
  description: "grey levels in 0..1, normalised, from log-odds",
  params: { logits: real },
  support: "unitInterval",
  standard: { logits: 0 },
  noise: { u: "uniform" },
  rsample: ({ logits }, { u }) => {
    const size = logits.abs();
    const small = size.less(1e-3);
    const rate = small.where(1, size);
    const negative = logits.less(0);
    const v = negative.where(u, u.neg().add(1));
    const falling = v.mul(rate.neg().expm1()).log1p().div(rate).neg();
    const even = v.sub(size.mul(0.5).mul(v.mul(v.neg().add(1))));
    const x = small.where(even, falling);
    return negative.where(x, x.neg().add(1));
  },
  logProb: ({ logits }, x) => x.mul(logits).sub(logIntegral(logits)),
  mean: ({ logits }) => meanOf(logits),
  variance: ({ logits }) => varianceOf(logits),
  entropy: ({ logits }) => logIntegral(logits).sub(logits.mul(meanOf(logits))),
});
