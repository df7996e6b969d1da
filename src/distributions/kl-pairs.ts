/*
 * Exact divergences between families of different kinds, beside those that stand with the families.
 */
import type { Expr } from "../graph/index.js";
import { customGradient, lbeta, logMinusDigamma, stirlingError } from "../ops/index.js";
import { beta } from "./beta.js";
import { continuousBernoulli } from "./continuous-bernoulli.js";
import type { Distribution } from "./distribution.js";
import { exponential } from "./exponential.js";
import { gamma } from "./gamma.js";
import { gumbel } from "./gumbel.js";
import { halfNormal } from "./half-normal.js";
import { registerKl } from "./kl-rules.js";
import { kumaraswamy } from "./kumaraswamy.js";
import { logistic } from "./logistic.js";
import { normal } from "./normal.js";
import { excess, expExcess, tiny } from "./positive.js";
import { uniform } from "./uniform.js";

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

interface Moments {
  readonly mean: Expr;
  /** The expectation of the square. */
  readonly square: Expr;
  readonly negativeEntropy: Expr;
}

function momentsOf(p: Distribution): Moments | undefined {
  const [mean, variance, entropy] = [p.mean?.(), p.variance?.(), p.entropy?.()];
  if (mean === undefined || variance === undefined || entropy === undefined) return undefined;
  return { mean, square: variance.add(mean.square()), negativeEntropy: entropy.neg() };
}

// Where log q is a polynomial of degree two, the first two moments and the entropy of p are enough.
for (const { familyName } of [beta, continuousBernoulli, kumaraswamy, halfNormal, logistic]) {
  registerKl(familyName, normal.familyName, (_p, q, p) => {
    const moments = momentsOf(p);
    if (moments === undefined) return undefined;
    const { mean, square, negativeEntropy } = moments;
    const distance = square.sub(mean.mul(q.loc).mul(2)).add(q.loc.square());
    return distance.div(q.scale.square()).mul(0.5).add(q.scale.log()).add(halfLogTwoPi).add(negativeEntropy);
  });
}
for (const { familyName } of [beta, continuousBernoulli, kumaraswamy, halfNormal]) {
  registerKl(familyName, exponential.familyName, (_p, { rate }, p) => {
    const moments = momentsOf(p);
    if (moments === undefined || rate === undefined) return undefined;
    return moments.negativeEntropy.sub(rate.log()).add(moments.mean.mul(rate));
  });
}
for (const { familyName } of [beta, continuousBernoulli, kumaraswamy, exponential, gamma]) {
  registerKl(familyName, halfNormal.familyName, (_p, q, p) => {
    const moments = momentsOf(p);
    if (moments === undefined) return undefined;
    const quadratic = moments.square.div(q.scale.square()).mul(0.5);
    return quadratic
      .add(q.scale.log())
      .add(halfLogTwoPi - Math.LN2)
      .add(moments.negativeEntropy);
  });
}

for (const { familyName } of [beta, continuousBernoulli, kumaraswamy]) {
  registerKl(familyName, uniform.familyName, (_p, q, p) => {
    const [low, high, entropy] = [q["low"], q["high"], p.entropy?.()];
    if (low === undefined || high === undefined || entropy === undefined) return undefined;
    const inside = low.lessEqual(0).and(high.greaterEqual(1));
    return inside.where(high.sub(low).log().sub(entropy), Infinity);
  });
}

/** KL from p's entropy and -E log q. */
function crossed(p: Distribution, crossEntropy: Expr): Expr | undefined {
  const entropy = p.entropy?.();
  return entropy === undefined ? undefined : crossEntropy.sub(entropy);
}

/** The negative of the expectation of log q for a continuous Bernoulli q. */
function continuousCross(q: Expr, mean: Expr): Expr {
  const atZero = continuousBernoulli.of({ logits: q }).logProb(q.mul(0));
  return mean.mul(q).add(atZero).neg();
}

registerKl("continuous-bernoulli", "continuous-bernoulli", (_p, q, p) =>
  crossed(p, continuousCross(q["logits"] as Expr, p.mean?.() as Expr)),
);
registerKl("beta", "continuous-bernoulli", (_p, q, p) =>
  crossed(p, continuousCross(q["logits"] as Expr, p.mean?.() as Expr)),
);

// The digammas of the cross-entropy and of the entropy are of one kind and subtracted before they are large.
registerKl(beta, gamma, (p, q) => {
  const [a, b] = [p.concentration1, p.concentration0];
  const sum = a.add(b);
  const [slopeA, slopeB] = [a, b].map((x) => logMinusDigamma(x).sub(logMinusDigamma(sum))) as [Expr, Expr];
  const [logA, logB] = [a.div(sum).log(), b.div(sum).log()];
  const first = q.concentration.sub(a).mul(slopeA).sub(q.concentration.mul(logA)).add(a.log().mul(0.5));
  const second = logB.neg().add(b.log().mul(0.5)).sub(b.sub(1).mul(slopeB));
  const errors = stirlingError(sum).sub(stirlingError(a)).sub(stirlingError(b)).sub(sum.log().mul(0.5));
  const rest = q.concentration
    .lgamma()
    .sub(q.concentration.mul(q.rate.log()))
    .add(q.rate.mul(a.div(sum)));
  return first.add(second).add(errors).add(rest).sub(halfLogTwoPi);
});

/** Infinite unless the uniform distribution lies within low..high. */
function within(p: Readonly<Record<"low" | "high", Expr>>, low: number, high: number, kl: Expr): Expr {
  const outside = p.low.less(low).or(p.high.greater(high));
  return outside.where(Infinity, kl);
}

/** The mean of log x over an interval of some width from `low`, at least 0, on. */
function meanLog(low: Expr, width: Expr): Expr {
  const from = low.maximum(tiny(low));
  const ratio = width.div(from);
  const log = ratio.log1p();
  const value = from.log().add(log).sub(1).add(log.div(ratio));
  return customGradient(value, [low, width], (grad) => [
    grad.mul(log.div(width)).sumTo(low.shape),
    grad.mul(excess(ratio.add(1), ratio).div(ratio).div(width)).sumTo(width.shape),
  ]);
}

registerKl(uniform, beta, (p, q) => {
  const width = p.high.sub(p.low);
  const [logs, mirrored] = [meanLog(p.low, width), meanLog(p.high.neg().add(1), width)];
  const [a, b] = [q.concentration1.sub(1), q.concentration0.sub(1)];
  const cross = lbeta(q.concentration1, q.concentration0).sub(a.mul(logs)).sub(b.mul(mirrored));
  return within(p, 0, 1, cross.sub(p.high.sub(p.low).log()));
});
registerKl(uniform, continuousBernoulli, (p, q) => {
  const cross = continuousCross(q.logits, p.low.add(p.high).mul(0.5));
  return within(p, 0, 1, cross.sub(p.high.sub(p.low).log()));
});
registerKl(uniform, exponential, (p, q) => {
  const cross = q.rate.mul(p.low.add(p.high).mul(0.5)).sub(q.rate.log());
  return within(p, 0, Infinity, cross.sub(p.high.sub(p.low).log()));
});
registerKl(uniform, gamma, (p, q) => {
  const cross = q.concentration
    .lgamma()
    .sub(q.concentration.mul(q.rate.log()))
    .sub(q.concentration.sub(1).mul(meanLog(p.low, p.high.sub(p.low))))
    .add(q.rate.mul(p.low.add(p.high).mul(0.5)));
  return within(p, 0, Infinity, cross.sub(p.high.sub(p.low).log()));
});
registerKl(uniform, halfNormal, (p, q) => {
  const square = p.low.square().add(p.low.mul(p.high)).add(p.high.square()).div(3);
  const cross = square
    .div(q.scale.square())
    .mul(0.5)
    .add(q.scale.log())
    .add(halfLogTwoPi - Math.LN2);
  return within(p, 0, Infinity, cross.sub(p.high.sub(p.low).log()));
});
/** The mean of exp(-x) over 0..width. */
function meanDecay(width: Expr): Expr {
  const value = width.neg().expm1().div(width).neg();
  return customGradient(value, [width], (grad) => {
    // (1 + width) exp(-width) - 1, over the width squared
    const rest = expExcess(width.neg());
    const slope = rest.sub(width.mul(width.neg().expm1().neg())).div(width.square());
    return [grad.mul(slope)];
  });
}

registerKl(uniform, gumbel, (p, q) => {
  const width = p.high.sub(p.low);
  const [low, high] = [p.low, p.high].map((x) => x.sub(q.loc).div(q.scale)) as [Expr, Expr];
  const tail = low
    .neg()
    .exp()
    .mul(meanDecay(width.div(q.scale)));
  return low.add(high).mul(0.5).add(tail).add(q.scale.log()).sub(width.log());
});
