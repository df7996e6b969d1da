import type { Json } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import "../ops/index.js";
import { decayed, withPenalty } from "./decay.js";
import { handed } from "./options.js";
import type { Optimizer } from "./optimizer.js";

/** Adam's numbers, all of them. */
export interface AdamNumbers {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly amsgrad: boolean;
}

/**
 * Adam and AdamW. The moments are kept as plain decayed sums M = sum b1^i g and V = sum b2^i g^2: with m = (1-b1) M and
 * v = (1-b2) V, the update lr mhat / (sqrt(vhat) + eps) is rate * M / (sqrt(V) + floor) where rate and floor are numbers
 * of the step. That saves two passes over all parameters. With `decoupled`, weight decay is no part of the gradient.
 */
export function adamRule(
  name: string,
  config: Readonly<Record<string, Json>>,
  { lr, beta1, beta2, eps, weightDecay, amsgrad }: AdamNumbers,
  decoupled: boolean,
): Optimizer {
  const shrinks = decoupled && weightDecay > 0;
  const names = { slots: ["m", "v", ...(amsgrad ? ["vmax"] : [])], scalars: ["rate", "floor"] };
  if (shrinks) names.scalars.push("decay");
  return {
    name,
    config,
    slots: names.slots,
    scalars: names.scalars.map((scalar) => `${name}.${scalar}`),
    scalarsAt(step, factor = 1) {
      const unscaled = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      const rate = (lr * factor * (1 - beta1)) / (1 - beta1 ** step) / unscaled;
      return [rate, eps / unscaled, ...(shrinks ? [lr * factor * weightDecay] : [])];
    },
    update(parameter, gradient, slots, scalars, decays = true) {
      const [m, v, vmax] = handed(name, "slots", slots, names.slots.length) as [Expr, Expr, Expr | undefined];
      const [rate, floor, decay] = handed(name, "scalars", scalars, names.scalars.length) as [
        Expr,
        Expr,
        Expr,
      ];
      const g = decoupled ? gradient : withPenalty(gradient, parameter, weightDecay, decays);
      const nextM = g.mulAdd(m, beta1);
      const nextV = g.square().mulAdd(v, beta2);
      const largest = vmax?.maximum(nextV);
      const direction = nextM.div((largest ?? nextV).sqrt().add(floor));
      const shrunk = shrinks ? decayed(parameter, decay, decays) : parameter;
      return {
        parameter: shrunk.mulAdd(direction, rate.neg()),
        slots: [nextM, nextV, ...(largest ? [largest] : [])],
      };
    },
  };
}
