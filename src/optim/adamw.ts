import { requireOptions } from "../catalogue/index.js";
import { adamChecks, adamInfo, type AdamOptions } from "./adam.js";
import { adamRule } from "./adam-rule.js";
import { changeable, infos } from "./options.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** AdamW's settings: Adam's, but `weightDecay` is 0.01 by default. */
export type AdamWOptions = AdamOptions;

/**
 * AdamW (Loshchilov and Hutter, 2019), the same updates as `torch.optim.AdamW`: Adam whose weight decay, 0.01 by default,
 * shrinks the weights by lr * weightDecay at each step and is no part of the gradient. Throws a UserError for an option out
 * of range.
 */
export function adamw(options: AdamWOptions = {}): Optimizer {
  requireOptions("adamw", options, adamChecks);
  const { lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, amsgrad = false } = options;
  const { weightDecay = 0.01, decay = "weights" } = options;
  const numbers = { lr, beta1, beta2, eps, weightDecay, amsgrad };
  return adamRule("adamw", { ...numbers, decay }, numbers, true);
}

/** What the catalogue knows of it. */
export const adamwInfo: OptimizerInfo = {
  name: "adamw",
  description: "Adam with decoupled weight decay (Loshchilov and Hutter, 2019)",
  options: { ...adamInfo.options, ...infos.decays(0.01) },
  examples: [
    "adamw",
    "adamw(weight-decay=0.1, amsgrad=true)",
    "adamw(lr=0.01, beta1=0.8, beta2=0.95, decay=all)",
  ],
  changeable,
  make: (options) => adamw(options),
};
