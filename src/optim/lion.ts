import { type ChecksOf, requireOptions } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import { decayed } from "./decay.js";
import { changeable, checks, type DecayOptions, handed, infos } from "./options.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** Lion's settings, with the paper's defaults. */
export interface LionOptions extends DecayOptions {
  /** Learning rate; default 1e-4. The paper takes 3 to 10 times less than for Adam. */
  readonly lr?: number;
  /** Share of the mean of gradients in the direction of a step; default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of gradients; default 0.99. */
  readonly beta2?: number;
}

/**
 * Lion (Chen et al., 2023): steps of one size along the sign of the mean of gradients, with decoupled weight decay. PyTorch
 * has none. Throws a UserError for an option out of range.
 */
export function lion(options: LionOptions = {}): Optimizer {
  requireOptions("lion", options, {
    lr: checks.lr,
    beta1: checks.beta1,
    beta2: checks.beta2,
    weightDecay: checks.weightDecay,
    decay: checks.decay,
  } satisfies ChecksOf<LionOptions>);
  const { lr = 1e-4, beta1 = 0.9, beta2 = 0.99, weightDecay = 0, decay = "weights" } = options;
  return {
    name: "lion",
    config: { lr, beta1, beta2, weightDecay, decay },
    slots: ["m"],
    scalars: ["lion.rate", "lion.decay"],
    scalarsAt: (_step, factor = 1) => [lr * factor, lr * factor * weightDecay],
    update(parameter, gradient, slots, scalars, decays = true) {
      const [m] = handed("lion", "slots", slots, 1) as [Expr];
      const [rate, decayRate] = handed("lion", "scalars", scalars, 2) as [Expr, Expr];
      const moved = (beta: number): Expr => gradient.mul(1 - beta).mulAdd(m, beta);
      const shrunk = weightDecay === 0 ? parameter : decayed(parameter, decayRate, decays);
      return { parameter: shrunk.mulAdd(moved(beta1).sign(), rate.neg()), slots: [moved(beta2)] };
    },
  };
}

/** What the catalogue knows of it. */
export const lionInfo: OptimizerInfo = {
  name: "lion",
  description: "steps along the sign of the mean of gradients (Chen et al., 2023)",
  options: {
    lr: infos.lr(1e-4),
    beta1: { ...infos.beta1(0.9), about: "share of the mean of gradients in a step's direction" },
    beta2: infos.beta2(0.99, "the mean of gradients"),
    ...infos.decays(),
  },
  examples: ["lion", "lion(lr=0.01, beta1=0.8, beta2=0.95, weight-decay=0.1, decay=all)"],
  changeable,
  make: (options) => lion(options),
};
