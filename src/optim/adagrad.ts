import { be, type ChecksOf, requireOptions } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import { withPenalty } from "./decay.js";
import { changeable, checks, type DecayOptions, handed, infos } from "./options.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** Adagrad's settings, with PyTorch's names and defaults. */
export interface AdagradOptions extends DecayOptions {
  /** Learning rate; default 1e-2. */
  readonly lr?: number;
  /** How the learning rate falls: lr / (1 + (step - 1) * lrDecay); default 0. */
  readonly lrDecay?: number;
  /** What the sum of squared gradients starts with; default 0. */
  readonly initialAccumulatorValue?: number;
  /** Added to the root; default 1e-10. */
  readonly eps?: number;
}

/**
 * Adagrad (Duchi et al., 2011), the same updates as `torch.optim.Adagrad`. Throws a UserError for an option out of range.
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  requireOptions("adagrad", options, {
    lr: checks.lr,
    lrDecay: be.number(0),
    initialAccumulatorValue: be.number(0),
    eps: checks.eps,
    weightDecay: checks.weightDecay,
    decay: checks.decay,
  } satisfies ChecksOf<AdagradOptions>);
  const { lr = 1e-2, lrDecay = 0, initialAccumulatorValue = 0, eps = 1e-10 } = options;
  const { weightDecay = 0, decay = "weights" } = options;
  return {
    name: "adagrad",
    config: { lr, lrDecay, initialAccumulatorValue, eps, weightDecay, decay },
    slots: ["sum"],
    slotStart: () => initialAccumulatorValue,
    scalars: ["adagrad.rate"],
    scalarsAt: (step, factor = 1) => [(lr * factor) / (1 + (step - 1) * lrDecay)],
    update(parameter, gradient, slots, scalars, decays = true) {
      const [sum] = handed("adagrad", "slots", slots, 1) as [Expr];
      const [rate] = handed("adagrad", "scalars", scalars, 1) as [Expr];
      const g = withPenalty(gradient, parameter, weightDecay, decays);
      const next = sum.add(g.square());
      return { parameter: parameter.mulAdd(g.div(next.sqrt().add(eps)), rate.neg()), slots: [next] };
    },
  };
}

/** What the catalogue knows of it. */
export const adagradInfo: OptimizerInfo = {
  name: "adagrad",
  description: "Adagrad (Duchi et al., 2011)",
  options: {
    lr: infos.lr(1e-2),
    lrDecay: { type: "number", min: 0, default: 0, about: "how fast the learning rate falls" },
    initialAccumulatorValue: {
      type: "number",
      min: 0,
      default: 0,
      about: "what the sum of squared gradients starts with",
    },
    eps: infos.eps(1e-10),
    ...infos.decays(),
  },
  examples: [
    "adagrad",
    "adagrad(lr=0.1, lr-decay=0.1, initial-accumulator-value=0.5, eps=0.001)",
    "adagrad(weight-decay=0.1, decay=all)",
  ],
  changeable: [...changeable, "lrDecay"],
  make: (options) => adagrad(options),
};
