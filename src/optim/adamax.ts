import { type ChecksOf, requireOptions } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import { withPenalty } from "./decay.js";
import { changeable, checks, type DecayOptions, handed, infos } from "./options.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** Adamax's settings, with PyTorch's names and defaults. */
export interface AdamaxOptions extends DecayOptions {
  /** Learning rate; default 2e-3. */
  readonly lr?: number;
  /** Decay of the mean of gradients; default 0.9. */
  readonly beta1?: number;
  /** Decay of the largest gradient; default 0.999. */
  readonly beta2?: number;
  /** Added to a gradient's size; default 1e-8. */
  readonly eps?: number;
}

/**
 * Adamax (Kingma and Ba, 2015), Adam by the infinity norm, the same updates as `torch.optim.Adamax`. Throws a UserError for
 * an option out of range.
 */
export function adamax(options: AdamaxOptions = {}): Optimizer {
  const {
    lr: forLr,
    beta1: forBeta1,
    beta2: forBeta2,
    eps: forEps,
    weightDecay: forDecay,
    decay: forGroup,
  } = checks;
  requireOptions("adamax", options, {
    lr: forLr,
    beta1: forBeta1,
    beta2: forBeta2,
    eps: forEps,
    weightDecay: forDecay,
    decay: forGroup,
  } satisfies ChecksOf<AdamaxOptions>);
  const { lr = 2e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0, decay = "weights" } = options;
  return {
    name: "adamax",
    config: { lr, beta1, beta2, eps, weightDecay, decay },
    slots: ["m", "u"],
    scalars: ["adamax.rate"],
    // m is kept as the plain decayed sum of gradients.
    scalarsAt: (step, factor = 1) => [(lr * factor * (1 - beta1)) / (1 - beta1 ** step)],
    update(parameter, gradient, slots, scalars, decays = true) {
      const [m, u] = handed("adamax", "slots", slots, 2) as [Expr, Expr];
      const [rate] = handed("adamax", "scalars", scalars, 1) as [Expr];
      const g = withPenalty(gradient, parameter, weightDecay, decays);
      const nextM = g.mulAdd(m, beta1);
      const nextU = u.mul(beta2).maximum(g.abs().add(eps));
      return { parameter: parameter.mulAdd(nextM.div(nextU), rate.neg()), slots: [nextM, nextU] };
    },
  };
}

/** What the catalogue knows of it. */
export const adamaxInfo: OptimizerInfo = {
  name: "adamax",
  description: "Adam by the infinity norm (Kingma and Ba, 2015)",
  options: {
    lr: infos.lr(2e-3),
    beta1: infos.beta1(0.9),
    beta2: infos.beta2(0.999, "the largest gradient"),
    eps: { ...infos.eps(), about: "added to a gradient's size" },
    ...infos.decays(),
  },
  examples: ["adamax", "adamax(lr=0.02, beta1=0.8, beta2=0.9, eps=0.001, weight-decay=0.1, decay=all)"],
  changeable,
  make: (options) => adamax(options),
};
