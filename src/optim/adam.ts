import { be, type ChecksOf, requireOptions } from "../catalogue/index.js";
import { adamRule } from "./adam-rule.js";
import { changeable, checks, type DecayOptions, infos } from "./options.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** Adam's settings, with PyTorch's names and defaults. */
export interface AdamOptions extends DecayOptions {
  /** Learning rate; default 1e-3. */
  readonly lr?: number;
  /** Decay of the mean of gradients; default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients; default 0.999. */
  readonly beta2?: number;
  /** Added to the root; default 1e-8. */
  readonly eps?: number;
  /** Divide by the largest mean of squares so far (Reddi et al., 2018); default false. */
  readonly amsgrad?: boolean;
}

/** What Adam's options may be. */
export const adamChecks = {
  lr: checks.lr,
  beta1: checks.beta1,
  beta2: checks.beta2,
  eps: checks.eps,
  amsgrad: be.boolean,
  weightDecay: checks.weightDecay,
  decay: checks.decay,
} as const satisfies ChecksOf<AdamOptions>;

/**
 * Adam (Kingma and Ba, 2015), the same updates as `torch.optim.Adam`. Weight decay is added to the gradient as that of an L2
 * penalty; see `adamw` for the other kind. Throws a UserError for an option out of range.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  requireOptions("adam", options, adamChecks);
  const { lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, amsgrad = false } = options;
  const { weightDecay = 0, decay = "weights" } = options;
  // What came later is in the config only where it is used, as in runs of before there was any.
  const later = { ...(amsgrad && { amsgrad }), ...(weightDecay > 0 && { weightDecay, decay }) };
  const numbers = { lr, beta1, beta2, eps, weightDecay, amsgrad };
  return adamRule("adam", { lr, beta1, beta2, eps, ...later }, numbers, false);
}

/** What the catalogue knows of it. */
export const adamInfo: OptimizerInfo = {
  name: "adam",
  description: "Adam (Kingma and Ba, 2015)",
  options: {
    lr: infos.lr(1e-3),
    beta1: infos.beta1(0.9),
    beta2: infos.beta2(0.999),
    eps: infos.eps(),
    amsgrad: infos.flag("divide by the largest mean of squares so far"),
    ...infos.decays(),
  },
  examples: [
    "adam",
    "adam(lr=0.002)",
    "adam(beta1=0.5, beta2=0.9, eps=1e-7)",
    "adam(amsgrad=true, weight-decay=0.1, decay=all)",
  ],
  changeable,
  make: (options) => adam(options),
};
