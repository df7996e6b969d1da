import type { EncodingOf } from "./family.js";
import type { Expr } from "../graph/index.js";
import { customGradient, heaviside, logSigmoidOfMagnitude, quickSigmoid } from "../ops/index.js";
import { real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl-rules.js";
import { expExcess } from "./positive.js";

/**
 * The Bernoulli distribution with log-odds `logits`. For grey levels x in 0..1, log p(x) is the negative binary
 * cross-entropy x log(y) + (1 - x) log(1 - y) with y = sigmoid(logits), as is usual for VAEs on MNIST.
 */
export const bernoulli: FamilyFactory<"logits", EncodingOf<"mean" | "logits">> = defineDistribution({
  name: "bernoulli",
  description: "binary or grey-level data, from log-odds (the binary cross-entropy)",
  params: { logits: real },
  support: "unitInterval",
  values: [0, 1],
  noise: { u: "uniform" },
  sample: ({ logits }, { u }) => u.less(logits.sigmoid()).cast(u.dtype),
  logProb: ({ logits }, x) => {
    const quick = logits.dtype === "float32";
    // x l - max(l, 0) and log(sigmoid(|l|)), neither of them positive for x in 0..1
    const value = quick
      ? logits.mul(x.sub(heaviside(logits))).addAlike(logSigmoidOfMagnitude(logits))
      : x.mul(logits).sub(logits.softplus());
    return customGradient(value, [logits, x], (g) => {
      const mean = quick ? quickSigmoid(logits) : logits.sigmoid();
      return [g.mul(x.sub(mean)).sumTo(logits.shape), g.mul(logits).sumTo(x.shape)];
    });
  },
  mean: ({ logits }) => logits.sigmoid(),
  variance: ({ logits }) => logits.sigmoid().mul(logits.neg().sigmoid()),
  entropy: ({ logits }) => logits.softplus().sub(logits.mul(logits.sigmoid())),
});

/**
 * KL of Bernoulli distributions with log-odds p and q. With the rarer outcome's probability s and the change d of its
 * log-odds it is log(1 + s expm1(d)) - s d, here as two terms of the order of d^2, for d up to 1.
 */
export function bernoulliKl(p: Expr, q: Expr): Expr {
  const change = q.sub(p).mul(p.greater(0).where(-1, 1).cast(p.dtype));
  const rare = p.abs().neg();
  const s = rare.sigmoid();
  const far = change.greater(1);
  const d = far.where(0, change);
  const y = s.mul(d.expm1());
  const close = s.mul(expExcess(d)).sub(y.sub(y.log1p()));
  const e = far.where(change, 1);
  const distant = rare.add(e).softplus().sub(rare.softplus()).sub(s.mul(e));
  return customGradient(far.where(distant, close), [p, q], (grad) => {
    const [low, high] = [p.minimum(q), p.maximum(q)];
    const difference = high.sigmoid().mul(low.neg().sigmoid()).mul(low.sub(high).expm1());
    return [
      grad.mul(p.sigmoid().mul(p.neg().sigmoid()).mul(p.sub(q))).sumTo(p.shape),
      grad.mul(difference).mul(p.sub(q).sign()).sumTo(q.shape),
    ];
  });
}

registerKl(bernoulli, bernoulli, (p, q) => bernoulliKl(p.logits, q.logits));
