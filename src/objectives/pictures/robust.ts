import "../../ops/index.js";
import type { ObjectiveInfo } from "../info.js";
import type { Objective } from "../objective.js";
import { compared, type OfOption } from "./compared.js";
import { ofInfo, requireLossOptions, weightInfo } from "./options.js";

/** Options of the Charbonnier loss as reconstruction. */
export interface CharbonnierOptions extends OfOption {
  /** Weight of an example's sum; default 10, as of a Laplace likelihood with scale 0.1. */
  readonly weight?: number;
  /** Size of the differences below which the loss is rounded off; default 0.001. */
  readonly epsilon?: number;
}

/**
 * The Charbonnier loss as reconstruction: weight times the sum of sqrt(d^2 + epsilon^2) over an example's numbers, d the
 * difference between example and likelihood's mean, in place of -log p(x|z) in the objective `of`. An absolute error that
 * has a gradient at 0. Charbonnier et al., Two Deterministic Half-Quadratic Regularization Algorithms for Computed Imaging
 * (1994); epsilon as in Lai et al., Deep Laplacian Pyramid Networks (2017). Terms `charbonnierLoss` (the loss) and those
 * of `of`. Takes examples of any shape.
 */
export function charbonnier(options: CharbonnierOptions = {}): Objective {
  requireLossOptions(charbonnierInfo, options);
  const { weight = 10, epsilon = 0.001 } = options;
  return compared("charbonnier", { weight, epsilon }, options, () => (x, made) => ({
    distance: made
      .sub(x)
      .square()
      .add(epsilon ** 2)
      .sqrt()
      .sum(-1)
      .mul(weight),
  }));
}

/** Options of log-cosh as reconstruction. */
export interface LogCoshOptions extends OfOption {
  /** Weight of an example's sum; default 10. */
  readonly weight?: number;
  /** How soon the loss turns from a square to a straight line: at differences of about 1 / a; default 10. */
  readonly a?: number;
}

/**
 * The log-cosh loss as reconstruction: weight times the sum of log(cosh(a d)) / a over an example's numbers, d the difference
 * between example and likelihood's mean, in place of -log p(x|z) in the objective `of`. Chen, Chen, Wang, Wang and Li, Log
 * Hyperbolic Cosine Loss Improves Variational Auto-Encoder (2018). Terms `logCoshLoss` (the loss) and those of `of`. Takes
 * examples of any shape.
 */
export function logCosh(options: LogCoshOptions = {}): Objective {
  requireLossOptions(logCoshInfo, options);
  const { weight = 10, a = 10 } = options;
  return compared("log-cosh", { weight, a }, options, () => (x, made) => {
    // log cosh t = softplus(2t) - t - log 2, which neither overflows nor loses its gradient
    const t = made.sub(x).mul(a);
    const each = t.mul(2).softplus().sub(t).sub(Math.LN2);
    return { distance: each.sum(-1).mul(weight / a) };
  });
}

/** What the registry tells of `charbonnier`. */
export const charbonnierInfo: ObjectiveInfo = {
  name: "charbonnier",
  description: "absolute error, rounded off at 0, as reconstruction",
  options: {
    ...weightInfo(10),
    epsilon: { type: "number", min: 1e-6, default: 0.001, about: "differences below it are rounded off" },
    ...ofInfo,
  },
  examples: ["charbonnier", "charbonnier(weight=2, epsilon=0.1, of=wae-mmd)"],
  make: (options) => charbonnier(options),
};

/** What the registry tells of `logCosh`. */
export const logCoshInfo: ObjectiveInfo = {
  name: "log-cosh",
  description: "log-cosh error as reconstruction: square for small differences, straight for large ones",
  options: {
    ...weightInfo(10),
    a: { type: "number", min: 1e-6, default: 10, about: "it turns straight at differences of 1 / a" },
    ...ofInfo,
  },
  examples: ["log-cosh", "log-cosh(weight=3, a=2, of=free-bits(lambda=0.1))"],
  make: (options) => logCosh(options),
};
