import { customGradient, heaviside, logSigmoidOfMagnitude, quickSigmoid } from "../ops/index.js";
import { real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl.js";

/**
 * The Bernoulli distribution with log-odds `logits`. For grey levels x in 0..1, log p(x) is the negative binary
 * cross-entropy x log(y) + (1 - x) log(1 - y) with y = sigmoid(logits), as is usual for VAEs on MNIST.
 */
export const bernoulli: FamilyFactory<"logits"> = defineDistribution({
  name: "bernoulli",
  description: "binary or grey-level data, from log-odds (the binary cross-entropy)",
  params: { logits: real },
  support: "unitInterval",
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

registerKl(bernoulli, bernoulli, (p, q) => {
  const difference = p.logits.sigmoid().mul(p.logits.sub(q.logits));
  return difference.sub(p.logits.softplus()).add(q.logits.softplus());
});
