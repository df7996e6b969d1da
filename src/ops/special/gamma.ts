import { be, requireArgument } from "../../tensor/index.js";
import { Expr, requireExpressions } from "../../graph/index.js";
import { customGradient } from "../gradient-control.js";
import { composite, polynomial, vector } from "./composite.js";

declare module "../../graph/expr.js" {
  interface Expr {
    /** log of the gamma function, x > 0. */
    lgamma(): Expr;
    /** Derivative of `lgamma`, x > 0. */
    digamma(): Expr;
    /** Second derivative of `lgamma`, x > 0. */
    trigamma(): Expr;
  }
}

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);
const bernoulliNumbers = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/** The first asymptotic terms that reach the dtype's precision from 8 on. */
function terms(x: Expr, term: (k: number, bernoulli: number) => number): number[] {
  return bernoulliNumbers.slice(0, x.dtype === "float64" ? 7 : 3).map((b, i) => term(i + 1, b));
}

/** lgamma(z) - ((z - 1/2) log z - z + log(2 pi)/2) for z >= 8: Stirling's series. */
export function stirlingRemainder(z: Expr): Expr {
  const r = z.reciprocal();
  return polynomial(
    r.square(),
    terms(z, (k, b) => b / (2 * k * (2 * k - 1))),
  ).mul(r);
}

/**
 * What Stirling's formula leaves of `lgamma` for x > 0: lgamma(x) - ((x - 1/2) log x - x + log(2 pi)/2). Sums of
 * `lgamma` whose large terms would cancel are written with it. Absolute error 1e-15 (float64), 1e-6 (float32).
 */
export const stirlingError: (x: Expr) => Expr = composite(
  "stirlingError",
  (x) => {
    const large = x.greaterEqual(8);
    const small = large.where(1, x);
    const formula = small.sub(0.5).mul(small.log()).sub(small).add(halfLogTwoPi);
    return large.where(stirlingRemainder(large.where(x, 8)), lgamma(small).sub(formula));
  },
  (x) => x.reciprocal().mul(0.5).sub(logMinusDigamma(x)),
);

/** log(x) - digamma(x) for x > 0, without cancellation for large x. Relative error 1e-13 (float64), 1e-5 (float32). */
export const logMinusDigamma: (x: Expr) => Expr = composite(
  "logMinusDigamma",
  (x) => {
    const large = x.greaterEqual(8);
    const small = large.where(1, x);
    const r = large.where(x, 8).reciprocal();
    const tail = polynomial(r.square(), [0, ...terms(x, (k, b) => b / (2 * k))]);
    return large.where(r.mul(0.5).add(tail), small.log().sub(digamma(small)));
  },
  (x) => x.reciprocal().sub(trigamma(x)),
);

/** (x + k)(x + 7 - k) for k = 0..3, whose product is gamma(x + 8) / gamma(x). */
function risingPairs(x: Expr): [Expr, Expr, Expr, Expr] {
  const first = x.mul(x.add(7));
  return [first, first.add(6), first.add(10), first.add(12)];
}

/**
 * log of the gamma function for x > 0: Stirling's series from 8 on, below it at x + 8 with the recurrence.
 * Within 1e-14 (float64) or 1e-6 (float32) of max(1, |y|) from the smallest normal number on; infinite at 0.
 */
export const lgamma: (x: Expr) => Expr = composite(
  "lgamma",
  (x) => {
    const small = x.less(8);
    const [a, b, c, d] = risingPairs(small.where(x, 1));
    const z = small.where(x.add(8), x);
    // At infinity a finite number is taken from infinity.
    const rest = z.minimum(z.dtype === "float64" ? Number.MAX_VALUE : 3.4e38);
    const series = z.sub(0.5).mul(z.log()).sub(rest).add(stirlingRemainder(z)).add(halfLogTwoPi);
    const product = a.mul(b).mul(c.mul(d));
    return series.sub(small.where(product.log(), 0));
  },
  (x) => digamma(x),
);

/**
 * The derivative of `lgamma` for x > 0, at x + 8 with the recurrence. Within 1e-14 (float64) or 1e-6 (float32)
 * of max(1, |y|).
 */
export const digamma: (x: Expr) => Expr = composite(
  "digamma",
  (x) => {
    const z = x.add(8);
    const r = z.reciprocal();
    const tail = polynomial(r.square(), [0, ...terms(x, (k, b) => b / (2 * k))]);
    // Far out the steps are nothing beside the logarithm, but infinity times 0.
    const near = x.minimum(x.dtype === "float64" ? 1e100 : 1e15);
    const [a, b, c, d] = risingPairs(near).map((pair) => pair.reciprocal()) as [Expr, Expr, Expr, Expr];
    const steps = near
      .mul(2)
      .add(7)
      .mul(a.add(b).add(c.add(d)));
    return z.log().sub(r.mul(0.5)).sub(tail).sub(steps);
  },
  (x) => polygamma(1, x),
);

/** Derivative of order `n` >= 1 of `digamma` for x > 0. Relative error 1e-12 for n up to 3, 1e-5 in float32. */
export function polygamma(n: number, x: Expr): Expr {
  requireArgument("polygamma", "the order", n, be.whole(0));
  if (n === 0) return digamma(x);
  const factorial = (m: number): number => (m <= 1 ? 1 : m * factorial(m - 1));
  const sign = n % 2 === 1 ? 1 : -1;
  return composite(
    "polygamma",
    (y) => {
      const r = y.add(8).reciprocal();
      const series = terms(y, (k, b) => (b * factorial(2 * k + n - 1)) / factorial(2 * k));
      const tail = polynomial(r.square(), [factorial(n - 1), ...series]).add(r.mul(factorial(n) / 2));
      const steps = power(
        y
          .unsqueeze(-1)
          .add(vector([0, 1, 2, 3, 4, 5, 6, 7], y))
          .reciprocal(),
        n + 1,
      );
      return steps
        .sum(-1)
        .mul(factorial(n))
        .add(tail.mul(power(r, n)))
        .mul(sign);
    },
    (y) => polygamma(n + 1, y),
  )(x);
}

/** x to a whole power, by products. */
function power(x: Expr, n: number): Expr {
  return n === 1 ? x : n % 2 === 0 ? power(x, n / 2).square() : power(x, n - 1).mul(x);
}

/** The second derivative of `lgamma`, x > 0. */
export function trigamma(x: Expr): Expr {
  return polygamma(1, x);
}

/**
 * digamma(x + step) - digamma(x) for x, step > 0 of one shape, without the cancellation where the step is small: with
 * x = 1 it is the harmonic number of `step`. Relative error 1e-12 (float64) or 1e-5 (float32) for steps from 1e-4 on.
 */
export function digammaDifference(x: Expr, step: Expr): Expr {
  const [low, high] = [x.add(8), x.add(step).add(8)];
  const [r, s] = [low.reciprocal(), high.reciprocal()];
  const coefficients = [0, ...terms(x, (k, b) => b / (2 * k))];
  const tails = polynomial(r.square(), coefficients).sub(polynomial(s.square(), coefficients));
  const leading = step.mul(r).log1p().add(step.mul(r).mul(s).mul(0.5)).add(tails);
  const steps = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => {
    const at = x.add(k);
    return step.div(at).div(at.add(step));
  });
  return steps.reduce((sum, next) => sum.add(next), leading);
}

/**
 * log of the beta function, lgamma(a) + lgamma(b) - lgamma(a + b) for a, b > 0 with broadcasting, without the
 * cancellation of its large terms: within 1e-13 (float64) or 2e-5 (float32) of max(1, |y|) for arguments from
 * 1e-6 to 1e6.
 */
export function lbeta(a: Expr, b: Expr): Expr {
  requireExpressions("lbeta", [a, b]);
  const c = a.add(b);
  const [low, high] = [a.minimum(b).add(8), a.maximum(b).add(8)];
  const total = c.add(16);
  const share = low.div(total);
  const leading = low.sub(0.5).mul(share.log()).add(high.mul(share.neg().log1p())).sub(high.log().mul(0.5));
  const series = stirlingRemainder(low).add(stirlingRemainder(high)).sub(stirlingRemainder(total));
  const first = c.mul(c.add(15));
  const rising = [0, 14, 26, 36, 44, 50, 54, 56].map((step) => first.add(step));
  const below = risingPairs(a).map((pair, i) => pair.mul(risingPairs(b)[i] as Expr));
  const steps = below
    .map((pair, i) =>
      (rising[i] as Expr)
        .mul(rising[7 - i] as Expr)
        .div(pair)
        .log(),
    )
    .reduce((sum, next) => sum.add(next));
  const value = leading.add(series).add(halfLogTwoPi).add(steps);
  return customGradient(value, [a, b], (grad) => {
    const [left, right] = [a.expand(c.shape, c), b.expand(c.shape, c)];
    return [
      grad.mul(digammaDifference(left, right)).neg().sumTo(a.shape),
      grad.mul(digammaDifference(right, left)).neg().sumTo(b.shape),
    ];
  });
}

Expr.prototype.lgamma = function () {
  return lgamma(this);
};
Expr.prototype.digamma = function () {
  return digamma(this);
};
Expr.prototype.trigamma = function () {
  return trigamma(this);
};
