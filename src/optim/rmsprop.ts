import { be, type ChecksOf, requireOptions } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import { withPenalty } from "./decay.js";
import { changeable, checks, type DecayOptions, handed, infos, share } from "./options.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** RMSprop's settings, with PyTorch's names and defaults. */
export interface RmspropOptions extends DecayOptions {
  /** Learning rate; default 1e-2. */
  readonly lr?: number;
  /** Decay of the mean of squared gradients; default 0.99. */
  readonly alpha?: number;
  /** Added to the root; default 1e-8. */
  readonly eps?: number;
  /** Share of the step before in each step; default 0. */
  readonly momentum?: number;
  /** Divide by the deviation of gradients rather than by their size (Graves, 2013); default false. */
  readonly centered?: boolean;
}

/**
 * RMSprop (Tieleman and Hinton, 2012), the same updates as `torch.optim.RMSprop`. Throws a UserError for an option out of
 * range.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  requireOptions("rmsprop", options, {
    lr: checks.lr,
    alpha: share,
    eps: checks.eps,
    momentum: checks.momentum,
    centered: be.boolean,
    weightDecay: checks.weightDecay,
    decay: checks.decay,
  } satisfies ChecksOf<RmspropOptions>);
  const { lr = 1e-2, alpha = 0.99, eps = 1e-8, momentum = 0, centered = false } = options;
  const { weightDecay = 0, decay = "weights" } = options;
  const names = ["square", ...(momentum > 0 ? ["buffer"] : []), ...(centered ? ["mean"] : [])];
  return {
    name: "rmsprop",
    config: { lr, alpha, eps, momentum, centered, weightDecay, decay },
    slots: names,
    scalars: ["rmsprop.rate"],
    scalarsAt: (_step, factor = 1) => [lr * factor],
    update(parameter, gradient, slots, scalars, decays = true) {
      handed("rmsprop", "slots", slots, names.length);
      const [rate] = handed("rmsprop", "scalars", scalars, 1) as [Expr];
      const slot = (name: string): Expr => slots[names.indexOf(name)] as Expr;
      const g = withPenalty(gradient, parameter, weightDecay, decays);
      const moving = (name: string, value: Expr): Expr => value.mul(1 - alpha).mulAdd(slot(name), alpha);
      const next: Record<string, Expr> = { square: moving("square", g.square()) };
      let variance = next.square as Expr;
      if (centered) {
        next.mean = moving("mean", g);
        // Of gradients that are all the same, rounding may leave less than 0.
        variance = variance.sub(next.mean.square()).maximum(0);
      }
      let direction = g.div(variance.sqrt().add(eps));
      if (momentum > 0) {
        direction = direction.mulAdd(slot("buffer"), momentum);
        next.buffer = direction;
      }
      return {
        parameter: parameter.mulAdd(direction, rate.neg()),
        slots: names.map((name) => next[name] as Expr),
      };
    },
  };
}

/** What the catalogue knows of it. */
export const rmspropInfo: OptimizerInfo = {
  name: "rmsprop",
  description: "RMSprop (Tieleman and Hinton, 2012)",
  options: {
    lr: infos.lr(1e-2),
    alpha: infos.beta2(0.99),
    eps: infos.eps(),
    momentum: infos.momentum(),
    centered: infos.flag("divide by the deviation of gradients rather than by their size"),
    ...infos.decays(),
  },
  examples: [
    "rmsprop",
    "rmsprop(lr=0.02, alpha=0.9, eps=0.001, momentum=0.5, weight-decay=0.1)",
    "rmsprop(centered=true, weight-decay=0.1, decay=all)",
    "rmsprop(momentum=0.9, centered=true)",
  ],
  changeable,
  make: (options) => rmsprop(options),
};
