import type { Expr } from "../graph/index.js";
import "../ops/index.js";
import type { Decays } from "./optimizer.js";

/** What weight decay may act on; `weights` leaves out biases and the parameters of normalisation layers and priors. */
export const decayGroups = ["weights", "all"] as const;
/** Which parameters an optimiser's weight decay acts on. */
export type DecayGroup = (typeof decayGroups)[number];

/** Last parts of names of arrays that scale or shift, whatever their shape. */
const unweighted = new Set(["bias", "weight_g", "gain", "scale"]);

/**
 * Whether weight decay acts on a parameter: with `all` always, with `weights` if it has two axes or more, is named neither
 * as a bias nor as a scale, and is none of the prior's. Biases and the parameters of normalisation layers have one axis.
 */
export function decaysIn(group: DecayGroup, name: string, shape: readonly number[]): boolean {
  if (group === "all") return true;
  const last = name.slice(name.lastIndexOf(".") + 1);
  return shape.length >= 2 && !unweighted.has(last) && !name.startsWith("prior.");
}

/** gradient + weightDecay * parameter, where it decays: weight decay as the gradient of an L2 penalty. */
export function withPenalty(gradient: Expr, parameter: Expr, weightDecay: number, decays: Decays): Expr {
  if (weightDecay === 0 || decays === false) return gradient;
  return gradient.add(masked(parameter, decays).mul(weightDecay));
}

/** parameter * (1 - rate), where it decays: decoupled weight decay (Loshchilov and Hutter, 2019), rate a scalar. */
export function decayed(parameter: Expr, rate: Expr, decays: Decays): Expr {
  return decays === false ? parameter : parameter.mulAdd(masked(parameter, decays), rate.neg());
}

function masked(parameter: Expr, decays: Decays): Expr {
  return typeof decays === "boolean" ? parameter : parameter.mul(decays);
}
