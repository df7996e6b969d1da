import type { EncodingOf } from "./family.js";
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
 * The derivative by the logits of a draw z, its quantile kept: -dF/dlogits / p for the distribution function F and the
 * density p. As nothing cancels from the smaller of z and 1 - z, that is taken; for logits within -0.5..0.5, beyond
 * which powers of e would.
 */
function slope(logits: Expr, z: Expr): Expr {
  const upper = z.greater(0.5);
  const w = upper.where(z.neg().add(1), z);
  const m = upper.where(logits.neg(), logits);
  const product = m.mul(w);
  return logIntegral(product)
    .sub(product)
    .exp()
    .mul(w)
    .mul(meanOf(m).sub(w.mul(meanOf(product))));
}

/** The inverse distribution function at logits within -0.5..0.5, where its derivative as it is written would cancel. */
function inverseNear(logits: Expr, u: Expr): Expr {
  const tiny = logits.abs().less(1e-3);
  const rate = tiny.where(1, logits);
  const even = u.add(logits.mul(0.5).mul(u.mul(u.neg().add(1))));
  const z = tiny.where(even, u.mul(rate.expm1()).log1p().div(rate)).stopGradient();
  return customGradient(z, [logits], (grad) => [grad.mul(slope(logits, z))]);
}

/** The inverse distribution function at other logits, by the falling density, whose powers of e are below 1. */
function inverseFar(logits: Expr, u: Expr): Expr {
  const negative = logits.less(0);
  const rate = logits.abs();
  const v = negative.where(u, u.neg().add(1));
  const x = v.mul(rate.neg().expm1()).log1p().div(rate).neg();
  return negative.where(x, x.neg().add(1));
}

/**
 * The continuous Bernoulli distribution on 0..1 with log-odds `logits`: the Bernoulli likelihood of grey levels
 * with the normaliser that it lacks. Loaiza-Ganem and Cunningham, The continuous Bernoulli (2019).
 */
export const continuousBernoulli: FamilyFactory<"logits", EncodingOf<"mean" | "logits">> = defineDistribution(
  {
    name: "continuous-bernoulli",
    description: "grey levels in 0..1, normalised, from log-odds",
    params: { logits: real },
    support: "unitInterval",
    standard: { logits: 0 },
    noise: { u: "uniform" },
    rsample: ({ logits }, { u }) => {
      const each = logits.add(u.mul(0));
      const isNear = each.abs().less(near);
      return isNear.where(inverseNear(isNear.where(each, 0), u), inverseFar(isNear.where(1, each), u));
    },
    logProb: ({ logits }, x) => {
      const outside = x.less(0).or(x.greater(1));
      return outside.where(-Infinity, x.mul(logits).sub(logIntegral(logits)));
    },
    mean: ({ logits }) => meanOf(logits),
    variance: ({ logits }) => varianceOf(logits),
    entropy: ({ logits }) => logIntegral(logits).sub(logits.mul(meanOf(logits))),
  },
);
