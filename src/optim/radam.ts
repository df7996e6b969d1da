import { be, type ChecksOf, requireOptions } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import { decayed, withPenalty } from "./decay.js";
import { changeable, checks, type DecayOptions, handed, infos } from "./options.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** RAdam's settings, with PyTorch's names and defaults. */
export interface RadamOptions extends DecayOptions {
  /** Learning rate; default 1e-3. */
  readonly lr?: number;
  /** Decay of the mean of gradients; default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients; default 0.999. */
  readonly beta2?: number;
  /** Added to the root; default 1e-8. */
  readonly eps?: number;
  /** Weight decay as in AdamW, not as part of the gradient; default false. */
  readonly decoupledWeightDecay?: boolean;
}

/**
 * RAdam (Liu et al., 2020), the same updates as `torch.optim.RAdam`: Adam whose steps are plain momentum until the variance
 * of its divisor is known well enough, and rectified from there on. Throws a UserError for an option out of range.
 */
export function radam(options: RadamOptions = {}): Optimizer {
  requireOptions("radam", options, {
    lr: checks.lr,
    beta1: checks.beta1,
    beta2: checks.beta2,
    eps: checks.eps,
    decoupledWeightDecay: be.boolean,
    weightDecay: checks.weightDecay,
    decay: checks.decay,
  } satisfies ChecksOf<RadamOptions>);
  const { lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = options;
  const { decoupledWeightDecay = false, weightDecay = 0, decay = "weights" } = options;
  const limit = 2 / (1 - beta2) - 1;
  return {
    name: "radam",
    config: { lr, beta1, beta2, eps, decoupledWeightDecay, weightDecay, decay },
    slots: ["m", "v"],
    scalars: ["radam.plain", "radam.rectified", "radam.decay"],
    /** Of the two rates, one is 0: that of the steps that are not taken. */
    scalarsAt(step, factor = 1) {
      const rate = (lr * factor * (1 - beta1)) / (1 - beta1 ** step);
      const root = 1 - beta2 ** step;
      const length = limit - (2 * step * beta2 ** step) / root;
      const shrink = lr * factor * weightDecay;
      if (length <= 5) return [rate, 0, shrink];
      const rectification = Math.sqrt(
        ((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length),
      );
      return [0, rate * rectification * Math.sqrt(root), shrink];
    },
    update(parameter, gradient, slots, scalars, decays = true) {
      const [m, v] = handed("radam", "slots", slots, 2) as [Expr, Expr];
      const [plain, rectified, decayRate] = handed("radam", "scalars", scalars, 3) as [Expr, Expr, Expr];
      const shrunk = decoupledWeightDecay ? decayed(parameter, decayRate, decays) : parameter;
      const g = decoupledWeightDecay ? gradient : withPenalty(gradient, parameter, weightDecay, decays);
      const nextM = g.mulAdd(m, beta1);
      const nextV = g
        .square()
        .mul(1 - beta2)
        .mulAdd(v, beta2);
      const step = rectified
        .equal(0)
        .where(nextM.mul(plain), nextM.mul(rectified).div(nextV.sqrt().add(eps)));
      return { parameter: shrunk.sub(step), slots: [nextM, nextV] };
    },
  };
}

/** What the catalogue knows of it. */
export const radamInfo: OptimizerInfo = {
  name: "radam",
  description: "Adam with a rectified start (Liu et al., 2020)",
  options: {
    lr: infos.lr(1e-3),
    beta1: infos.beta1(0.9),
    beta2: infos.beta2(0.999),
    eps: infos.eps(),
    decoupledWeightDecay: infos.flag("weight decay as in AdamW"),
    ...infos.decays(),
  },
  examples: [
    "radam",
    "radam(lr=0.02, beta1=0.8, beta2=0.9, eps=0.001, weight-decay=0.1)",
    "radam(weight-decay=0.1, decoupled-weight-decay=true, decay=all)",
  ],
  changeable,
  make: (options) => radam(options),
};
