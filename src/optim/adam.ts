import { be, type ChecksOf, requireOptions } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** Adam's settings, with PyTorch's names and defaults. */
export interface AdamOptions {
  /** Learning rate; default 1e-3. */
  readonly lr?: number;
  /** Decay of the mean of gradients; default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients; default 0.999. */
  readonly beta2?: number;
  /** Added to the root; default 1e-8. */
  readonly eps?: number;
}

/**
 * Adam (Kingma and Ba, 2015), the same updates as `torch.optim.Adam`. The moments are kept as plain decayed
 * sums M = sum b1^i g and V = sum b2^i g^2: with m = (1-b1) M and v = (1-b2) V, the update
 * lr mhat / (sqrt(vhat) + eps) is rate * M / (sqrt(V) + floor) where rate and floor are numbers of the step.
 * That saves two passes over all parameters.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  requireOptions("adam", options, {
    lr: be.anything,
    beta1: be.anything,
    beta2: be.anything,
    eps: be.number(0),
  } satisfies ChecksOf<AdamOptions>);
  const { lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = options;
  if (!(lr > 0 && Number.isFinite(lr))) throw new UserError(`lr must be a number above 0, got ${lr}`, 2);
  for (const [name, beta] of Object.entries({ beta1, beta2 })) {
    if (!(beta >= 0 && beta < 1)) throw new UserError(`${name} must be in 0..1 (1 excluded), got ${beta}`, 2);
  }
  return {
    name: "adam",
    config: { lr, beta1, beta2, eps },
    slots: ["m", "v"],
    scalars: ["adam.rate", "adam.floor"],
    scalarsAt(step) {
      const unscaled = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      return [(lr * (1 - beta1)) / (1 - beta1 ** step) / unscaled, eps / unscaled];
    },
    update(parameter, gradient, [m, v], [rate, floor]) {
      if (!m || !v || !rate || !floor) throw new Error("adam.update takes two slots and two scalars");
      const nextM = gradient.mulAdd(m, beta1);
      const nextV = gradient.square().mulAdd(v, beta2);
      const direction = nextM.div(nextV.sqrt().add(floor));
      return { parameter: parameter.mulAdd(direction, rate.neg()), slots: [nextM, nextV] };
    },
  };
}

/** What the catalogue knows of it. */
export const adamInfo: OptimizerInfo = {
  name: "adam",
  description: "Adam (Kingma and Ba, 2015)",
  options: {
    lr: { type: "number", default: 1e-3, about: "learning rate" },
    beta1: { type: "number", min: 0, default: 0.9, about: "decay of the mean of gradients" },
    beta2: { type: "number", min: 0, default: 0.999, about: "decay of the mean of squared gradients" },
    eps: { type: "number", min: 0, default: 1e-8, about: "added to the root" },
  },
  examples: ["adam", "adam(lr=0.002)", "adam(beta1=0.5, beta2=0.9, eps=1e-7)"],
  changeable: ["lr", "eps"],
  make: (options) => adam(options),
};
