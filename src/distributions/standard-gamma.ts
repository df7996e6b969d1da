import type { Expr } from "../graph/index.js";
import { gammaImplicit } from "../ops/index.js";
import type { RepeatedNoise } from "./define.js";
import type { NoiseKind } from "./distribution.js";

/** Attempts of the sampler; all are refused with a probability below 1e-9, at any concentration. */
const tries = 7;

/** The noise that `logGammaDraw` takes. */
export const gammaNoise = {
  n: { kind: "normal", tries },
  u: { kind: "uniform", tries },
  boost: "uniform",
} as const satisfies Readonly<Record<string, NoiseKind | RepeatedNoise>>;

/**
 * The logarithm of a draw from the gamma distribution with rate 1: a draw with the concentration raised by 1 by
 * rejection (Marsaglia and Tsang, A simple method for generating gamma variables, 2000), brought down by a power
 * of a uniform number. Differentiates by the concentration implicitly, at its fixed quantile.
 */
export function logGammaDraw(concentration: Expr, noise: Readonly<Record<"n" | "u" | "boost", Expr>>): Expr {
  const fixed = concentration.stopGradient();
  const d = fixed.add(2 / 3);
  const dd = d.unsqueeze(-1);
  const root = noise.n.div(dd.sqrt().mul(3)).add(1);
  const logCube = root.maximum(1e-3).log().mul(3);
  const bound = noise.n
    .square()
    .mul(0.5)
    .sub(dd.mul(logCube.expm1().sub(logCube)));
  const accepted = root.greater(1e-3).and(noise.u.log().less(bound));
  const first = accepted.cast("float32").argmax(-1).unsqueeze(-1);
  const raised = logCube.takeAlong(first, -1).squeeze(-1).add(d.log());
  return gammaImplicit(concentration, raised.add(noise.boost.log().div(fixed)));
}
