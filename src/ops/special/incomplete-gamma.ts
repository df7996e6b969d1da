import type { Expr } from "../../graph/index.js";
import { isFloat } from "../../tensor/index.js";
import { customGradient } from "../gradient-control.js";
import { vector } from "./composite.js";
import { digamma, lgamma, stirlingRemainder } from "./gamma.js";
import { doubleExponential, type Rule } from "./quadrature.js";

const rules: Readonly<Record<"float64" | "float32", Rule>> = {
  float64: doubleExponential(64, -3.2, 4.2),
  float32: doubleExponential(24, -2.6, 3.4),
};

/**
 * The integral of t^(a-1) e^-t, times `weight(log t)`, over 0..z where z < a and over z..infinity otherwise,
 * divided by z^a e^-z. Both integrands fall off from z on; integrated over |log t - log z| below and over t
 * above, scaled by the distance over which they fall off.
 */
function tailIntegral(a: Expr, logZ: Expr, weight?: (fromZ: Expr, lower: Expr) => Expr): Expr {
  if (!isFloat(a.dtype)) throw new Error(`takes float32 or float64, got ${a.dtype}`);
  const rule = rules[a.dtype];
  const z = logZ.exp();
  const distance = a.sub(z).abs();
  const length = distance
    .add(distance.square().add(z.mul(2)).sqrt())
    .reciprocal()
    .mul(2);
  const [aa, zz, unit] = [a, z, length].map((x) => x.unsqueeze(-1)) as [Expr, Expr, Expr];
  const lower = zz.less(aa);
  const s = unit.mul(vector(rule.points, a));
  const logs = s.log1p();
  const below = aa.mul(s).add(zz.mul(s.neg().expm1())).neg();
  const above = aa.sub(1).mul(logs).sub(zz.mul(s));
  const density = lower.where(below, above).exp();
  const weighted = weight === undefined ? density : density.mul(weight(lower.where(s.neg(), logs), lower));
  return weighted.mul(vector(rule.weights, a)).sum(-1).mul(length);
}

/**
 * The derivative of log z by a, where z is a draw of the gamma distribution with concentration a and rate 1 and
 * moves so that its quantile stays fixed (implicit reparameterisation; Figurnov, Mohamed, Mnih 2018), from a
 * and log z > -infinity of one shape. Relative error 1e-10 (float64), 1e-5 (float32) for a from 1e-3 to 1e3, z
 * anywhere within the distribution.
 */
export function gammaLogSlope(a: Expr, logZ: Expr): Expr {
  // digamma(a) is -1 / a and this, which is not large where a is small
  const base = digamma(a.add(1));
  const centre = logZ.sub(base).add(a.reciprocal()).unsqueeze(-1);
  const integral = tailIntegral(a, logZ, (fromZ, lower) => {
    const offset = fromZ.add(centre);
    return lower.where(offset.neg(), offset);
  });
  const small = a.less(0.5).and(logZ.less(-Math.LN2));
  return small.where(lowerSlope(small.where(a, 0.25), small.where(logZ, -2), base), integral);
}

/**
 * `gammaLogSlope` for a, z < 1/2, where its integral would cancel: P(a, z) = z^a h / gamma(a + 1) with h the series
 * of a (-z)^k / (k! (a + k)), all of which are differentiated by a. `base` is digamma(a + 1).
 */
function lowerSlope(a: Expr, logZ: Expr, base: Expr): Expr {
  const powers = Array.from({ length: a.dtype === "float64" ? 13 : 7 }, (_, i) => i + 1);
  const k = vector(powers, a);
  const factors = powers.map((n) => powers.slice(0, n).reduce((product, i) => -product / i, 1));
  const below = a.unsqueeze(-1).add(k);
  const shares = logZ.unsqueeze(-1).mul(k).exp().mul(vector(factors, a)).div(below);
  const h = shares.sum(-1).mul(a).add(1);
  const slope = shares.mul(k).div(below).sum(-1);
  return logZ.sub(base).mul(h).add(slope).mul(logZ.exp().exp()).div(a).neg();
}

/**
 * log z, a draw of the gamma distribution with concentration a, given so that it differentiates by a at its
 * fixed quantile. `logZ` is how it was got; nothing flows into that.
 */
export function gammaImplicit(a: Expr, logZ: Expr): Expr {
  return customGradient(logZ.stopGradient(), [a], (grad, output) => [
    grad.mul(gammaLogSlope(a, output)).sumTo(a.shape),
  ]);
}

/** log(z^a e^-z / gamma(a)), without the cancellation of large terms; `logZ` if z itself may underflow. */
export function gammaLogMass(a: Expr, z: Expr, logZ: Expr = z.log()): Expr {
  const large = a.greaterEqual(8);
  const safe = large.where(a, 8);
  const ratio = z.div(safe);
  const offset = ratio.sub(1);
  const log = ratio.less(0.5).where(logZ.sub(safe.log()), offset.maximum(-0.75).log1p());
  const bump = offset.sub(log).mul(safe).neg();
  const stirling = safe
    .log()
    .sub(Math.log(2 * Math.PI))
    .mul(0.5)
    .sub(stirlingRemainder(safe));
  const small = large.where(1, a);
  return large.where(bump.add(stirling), small.mul(logZ).sub(z).sub(lgamma(small)));
}

/** The regularised incomplete gamma functions P(a, z), the probability below z, and Q = 1 - P. */
export interface IncompleteGamma {
  readonly p: Expr;
  readonly q: Expr;
}

/**
 * The regularised incomplete gamma functions of a, z > 0 of one shape: the distribution function of the gamma
 * distribution with concentration a and rate 1, and its complement. Absolute error 1e-11 (float64), 1e-5
 * (float32); the smaller of the two has that as relative error.
 */
export function incompleteGamma(a: Expr, z: Expr): IncompleteGamma {
  const tail = tailIntegral(a, z.log()).mul(gammaLogMass(a, z).exp());
  const lower = z.less(a);
  const rule = (sign: number) => (grad: Expr) => {
    const density = grad.mul(gammaLogMass(a, z).exp()).mul(sign);
    return [density.mul(gammaLogSlope(a, z.log())).neg(), density.div(z)];
  };
  const rest = tail.neg().add(1);
  return {
    p: customGradient(lower.where(tail, rest), [a, z], rule(1)),
    q: customGradient(lower.where(rest, tail), [a, z], rule(-1)),
  };
}
