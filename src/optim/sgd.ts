import { be, type ChecksOf, requireOptions } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import { withPenalty } from "./decay.js";
import { changeable, checks, type DecayOptions, handed, infos, requireThat } from "./options.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** Settings of gradient descent, with PyTorch's names and defaults. */
export interface SgdOptions extends DecayOptions {
  /** Learning rate; default 1e-3. */
  readonly lr?: number;
  /** Share of the step before in each step; default 0. */
  readonly momentum?: number;
  /** What the gradient lacks where it is added to the momentum, from the second step on; default 0. */
  readonly dampening?: number;
  /** Look ahead along the momentum (Sutskever et al., 2013); default false. Needs momentum, and no dampening. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent, with momentum if asked for, the same updates as `torch.optim.SGD`. Throws a UserError for an
 * option out of range, and for Nesterov's momentum without momentum or with dampening.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  requireOptions("sgd", options, {
    lr: checks.lr,
    momentum: checks.momentum,
    dampening: be.number(),
    nesterov: be.boolean,
    weightDecay: checks.weightDecay,
    decay: checks.decay,
  } satisfies ChecksOf<SgdOptions>);
  const { lr = 1e-3, momentum = 0, dampening = 0, nesterov = false } = options;
  const { weightDecay = 0, decay = "weights" } = options;
  requireThat(
    !nesterov || (momentum > 0 && dampening === 0),
    "sgd: nesterov needs a momentum above 0, such as momentum=0.9, and no dampening",
  );
  const moves = momentum > 0;
  const scalars = ["sgd.rate", ...(moves ? ["sgd.share"] : [])];
  return {
    name: "sgd",
    config: { lr, momentum, dampening, nesterov, weightDecay, decay },
    slots: moves ? ["buffer"] : [],
    scalars,
    // The first buffer is the gradient itself.
    scalarsAt: (step, factor = 1) => [lr * factor, ...(moves ? [step === 1 ? 1 : 1 - dampening] : [])],
    update(parameter, gradient, slots, given, decays = true) {
      const [rate, part] = handed("sgd", "scalars", given, scalars.length) as [Expr, Expr];
      const [buffer] = handed("sgd", "slots", slots, moves ? 1 : 0);
      const g = withPenalty(gradient, parameter, weightDecay, decays);
      if (buffer === undefined) return { parameter: parameter.mulAdd(g, rate.neg()), slots: [] };
      const next = (dampening === 0 ? g : g.mul(part)).mulAdd(buffer, momentum);
      const direction = nesterov ? g.mulAdd(next, momentum) : next;
      return { parameter: parameter.mulAdd(direction, rate.neg()), slots: [next] };
    },
  };
}

/** What the catalogue knows of it. */
export const sgdInfo: OptimizerInfo = {
  name: "sgd",
  description: "stochastic gradient descent, with momentum (Polyak, 1964) or Nesterov's",
  options: {
    lr: infos.lr(1e-3),
    momentum: infos.momentum(),
    dampening: { type: "number", default: 0, about: "what the gradient lacks in the momentum" },
    nesterov: infos.flag("look ahead along the momentum"),
    ...infos.decays(),
  },
  examples: [
    "sgd",
    "sgd(lr=0.1, momentum=0.9)",
    "sgd(lr=0.1, momentum=0.8, dampening=0.3, weight-decay=0.1)",
    "sgd(lr=0.1, momentum=0.9, nesterov=true, weight-decay=0.1, decay=all)",
  ],
  changeable,
  make: (options) => sgd(options),
};
