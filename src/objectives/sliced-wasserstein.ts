import { requireEntryOptions } from "../catalogue/index.js";
import { type Expr, requireExpression, scalar } from "../graph/index.js";
import "../ops/index.js";
import type { ObjectiveInfo } from "./info.js";
import { comparable, isComparable } from "./least-batch.js";
import type { Objective } from "./objective.js";
import { type EncoderKind, encoded, encoderKinds } from "./sample-based.js";
import { distortion, priorDraws, resultOf } from "./terms.js";

/** Options of the sliced Wasserstein autoencoder. */
export interface SlicedWassersteinOptions {
  /** Weight of the distance; default 100. */
  readonly lambda?: number;
  /** Random directions a step; default 50. */
  readonly projections?: number;
  /** Whether codes are the posterior's means (default) or draws of it. */
  readonly encoder?: EncoderKind;
}

/**
 * The squared sliced Wasserstein-2 distance of two samples of equal size [n, d], along directions [slices, d] of any
 * length: for each direction the mean squared difference of the sorted projections, averaged over directions.
 */
export function slicedWassersteinSquared(a: Expr, b: Expr, directions: Expr): Expr {
  for (const [name, value] of Object.entries({ a, b, directions })) {
    requireExpression("slicedWassersteinSquared", value, name);
  }
  const length = directions.square().sum(-1, true).sqrt();
  const unit = directions.div(length);
  const projected = (x: Expr): Expr => unit.matmul(x.transpose()).sort(-1);
  return projected(a).sub(projected(b)).square().mean();
}

/**
 * The sliced Wasserstein autoencoder (Kolouri et al., Sliced-Wasserstein Autoencoder, 2018): reconstruction -log p(x|z)
 * in nats per example plus lambda times the squared sliced Wasserstein-2 distance (in squared latent units) of the
 * batch's codes and as many draws of the prior, along fresh random directions at each step. No density is asked for. As in
 * the paper codes are the posterior's means and nothing is drawn; with `encoder` random they are its draws, whose noise
 * alone can imitate a prior's spread and hide the data. A batch of one example has no distance. Throws a UserError if the posterior has no mean (random: no
 * reparameterised draws) or the prior no draws.
 */
export function slicedWasserstein(options: SlicedWassersteinOptions = {}): Objective {
  requireEntryOptions(slicedWassersteinInfo, options);
  const name = "sliced-wasserstein";
  const { lambda = 100, projections = 50, encoder = "deterministic" } = options;
  return {
    name,
    config: { lambda, projections, encoder },
    leastBatch: comparable,
    ...(encoder === "deterministic" && { deterministic: true }),
    build(context) {
      const pass = encoded(context, encoder, name);
      const reconstruction = distortion(pass, context).mean();
      const measured = (): Expr => {
        const directions = context.noise.draw("normal", [projections, pass.z.shape.at(-1) as number]);
        return slicedWassersteinSquared(pass.z, priorDraws(context), directions);
      };
      const distance = isComparable(pass.z) ? measured() : scalar(0, pass.z.dtype);
      const loss = reconstruction.add(distance.mul(lambda));
      return resultOf("slicedWasserstein", loss, { reconstruction, wassersteinSquared: distance }, pass);
    },
  };
}

/** What the registry tells of `slicedWasserstein`. */
export const slicedWassersteinInfo: ObjectiveInfo = {
  name: "sliced-wasserstein",
  description: "reconstruction + lambda sliced Wasserstein distance of codes and prior draws",
  options: {
    lambda: { type: "number", min: 0, default: 100, about: "weight of the distance" },
    projections: { type: "integer", min: 1, default: 50, about: "random directions a step" },
    encoder: {
      type: "text",
      choices: encoderKinds,
      default: "deterministic",
      about: "codes are means or draws",
    },
  },
  examples: ["sliced-wasserstein", "sliced-wasserstein(lambda=1, encoder=random, projections=7)"],
  loss: ({ reconstruction = Number.NaN, wassersteinSquared = Number.NaN }, { lambda }) =>
    reconstruction + Number(lambda) * wassersteinSquared,
  make: (options) => slicedWasserstein(options),
};
