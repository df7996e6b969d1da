import { be, type ChecksOf, requireOptions } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import { decayed, withPenalty } from "./decay.js";
import { changeable, checks, type DecayOptions, handed, infos } from "./options.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** NAdam's settings, with PyTorch's names and defaults. */
export interface NadamOptions extends DecayOptions {
  /** Learning rate; default 2e-3. */
  readonly lr?: number;
  /** Decay of the mean of gradients; default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients; default 0.999. */
  readonly beta2?: number;
  /** Added to the root; default 1e-8. */
  readonly eps?: number;
  /** How fast the momentum rises to `beta1`; default 4e-3. */
  readonly momentumDecay?: number;
  /** Weight decay as in AdamW, not as part of the gradient; default false. */
  readonly decoupledWeightDecay?: boolean;
}

/**
 * NAdam (Dozat, 2016), Adam with Nesterov's momentum, the same updates as `torch.optim.NAdam`. Throws a UserError for an
 * option out of range.
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  requireOptions("nadam", options, {
    lr: checks.lr,
    beta1: checks.beta1,
    beta2: checks.beta2,
    eps: checks.eps,
    momentumDecay: be.number(0),
    decoupledWeightDecay: be.boolean,
    weightDecay: checks.weightDecay,
    decay: checks.decay,
  } satisfies ChecksOf<NadamOptions>);
  const { lr = 2e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, momentumDecay = 4e-3 } = options;
  const { decoupledWeightDecay = false, weightDecay = 0, decay = "weights" } = options;
  const momentumAt = (step: number): number => beta1 * (1 - 0.5 * 0.96 ** (step * momentumDecay));
  /** products[t] is the product of the momenta of steps 1 to t; in float32, as PyTorch keeps it. */
  const products = [1];
  const productAt = (step: number): number => {
    for (let t = products.length; t <= step; t++) {
      products.push(Math.fround((products[t - 1] ?? 1) * Math.fround(momentumAt(t))));
    }
    return products[step] ?? 1;
  };
  return {
    name: "nadam",
    config: { lr, beta1, beta2, eps, momentumDecay, decoupledWeightDecay, weightDecay, decay },
    slots: ["m", "v"],
    scalars: ["nadam.gradientRate", "nadam.momentRate", "nadam.root", "nadam.decay"],
    scalarsAt(step, factor = 1) {
      const rate = lr * factor;
      const product = productAt(step);
      const next = momentumAt(step + 1);
      return [
        (rate * (1 - momentumAt(step))) / (1 - product),
        (rate * next) / (1 - product * next),
        1 / Math.sqrt(1 - beta2 ** step),
        rate * weightDecay,
      ];
    },
    update(parameter, gradient, slots, scalars, decays = true) {
      const [m, v] = handed("nadam", "slots", slots, 2) as [Expr, Expr];
      const [forGradient, forMoment, root, decayRate] = handed("nadam", "scalars", scalars, 4) as [
        Expr,
        Expr,
        Expr,
        Expr,
      ];
      const shrunk = decoupledWeightDecay ? decayed(parameter, decayRate, decays) : parameter;
      const g = decoupledWeightDecay ? gradient : withPenalty(gradient, parameter, weightDecay, decays);
      const nextM = g.mul(1 - beta1).mulAdd(m, beta1);
      const nextV = g
        .square()
        .mul(1 - beta2)
        .mulAdd(v, beta2);
      const direction = g.mul(forGradient).mulAdd(nextM, forMoment);
      return {
        parameter: shrunk.sub(direction.div(nextV.sqrt().mul(root).add(eps))),
        slots: [nextM, nextV],
      };
    },
  };
}

/** What the catalogue knows of it. */
export const nadamInfo: OptimizerInfo = {
  name: "nadam",
  description: "Adam with Nesterov's momentum (Dozat, 2016)",
  options: {
    lr: infos.lr(2e-3),
    beta1: infos.beta1(0.9),
    beta2: infos.beta2(0.999),
    eps: infos.eps(),
    momentumDecay: {
      type: "number",
      min: 0,
      default: 4e-3,
      about: "how fast the momentum rises to beta1",
    },
    decoupledWeightDecay: infos.flag("weight decay as in AdamW"),
    ...infos.decays(),
  },
  examples: [
    "nadam",
    "nadam(lr=0.02, beta1=0.8, beta2=0.9, eps=0.001, momentum-decay=0.1, weight-decay=0.1)",
    "nadam(weight-decay=0.1, decoupled-weight-decay=true, decay=all)",
  ],
  changeable,
  make: (options) => nadam(options),
};
