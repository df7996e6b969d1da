import { requireEntryOptions } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import { scalar } from "../graph/index.js";
import { eye } from "../ops/index.js";
import { coordinatesOf } from "./coordinates.js";
import type { ObjectiveInfo } from "./info.js";
import { comparable, isComparable } from "./least-batch.js";
import type { Objective } from "./objective.js";
import { distortion, forward, rate, resultOf } from "./terms.js";

const types = ["i", "ii"] as const;

/** Options of the DIP-VAE. */
export interface DipVaeOptions {
  /** DIP-VAE-I (default) or DIP-VAE-II. */
  readonly type?: (typeof types)[number];
  /** Weight of the squared covariances of different coordinates; default 10. */
  readonly offDiagonal?: number;
  /** Weight of the squared differences of variances; default 10 times `offDiagonal` for type i, the same for ii. */
  readonly diagonal?: number;
}

/**
 * The DIP-VAE (Kumar, Sattigeri and Balakrishnan, Variational Inference of Disentangled Latent Concepts, 2018): the
 * negative ELBO in nats per example plus penalties that pull a covariance matrix towards the prior's: `offDiagonal`
 * times the sum of the squared covariances, `diagonal` times the sum of the squared differences of the variances
 * from the prior's (1 for a standard normal). Type i takes the batch's covariance of the posterior means, type ii
 * adds the mean posterior variances, which makes it the covariance of the codes. A batch of one example has no penalty.
 *
 * Throws a UserError if the KL divergence doesn't exist, if the posterior has no mean (ii: no variance), or if the
 * prior has no variance or coordinates that depend on each other.
 */
export function dipVae(options: DipVaeOptions = {}): Objective {
  requireEntryOptions(dipVaeInfo, options);
  const name = "dip-vae";
  const { type = "i", offDiagonal = 10 } = options;
  const { diagonal = type === "i" ? 10 * offDiagonal : offDiagonal } = options;
  return {
    name,
    config: { type, offDiagonal, diagonal },
    leastBatch: comparable,
    build(context) {
      const pass = forward(context);
      const { posterior } = pass;
      const { prior } = context;
      const { mean, variance } = posterior;
      if (mean === undefined || (type === "ii" && variance === undefined)) {
        const what = mean === undefined ? "mean" : "variance";
        throw new UserError(`${name}: the posterior ${posterior.name} has no ${what} in closed form`, 2);
      }
      if (prior.variance === undefined || coordinatesOf(prior) === undefined) {
        throw new UserError(
          `${name} pulls towards independent coordinates of known variance, which the prior ${prior.name} has not`,
          2,
        );
      }
      const reconstruction = distortion(pass, context).mean();
      const kl = rate(pass, context, name).value.mean();
      const means = mean.call(posterior);
      if (!isComparable(means)) {
        const covariancePenalty = scalar(0, means.dtype);
        return resultOf("dipVae", reconstruction.add(kl), { reconstruction, kl, covariancePenalty }, pass);
      }
      const centred = means.sub(means.mean(0, true));
      const size = means.shape.at(-1) as number;
      const dtype = means.dtype as "float32" | "float64";
      const identity = eye(size, dtype);
      const ofMeans = centred.transpose().matmul(centred).div(means.count(0));
      const spread = type === "ii" ? variance?.call(posterior).mean(0) : undefined;
      const covariance = spread === undefined ? ofMeans : ofMeans.add(identity.mul(spread));
      const difference = covariance.sub(identity.mul(prior.variance()));
      const squares = difference.square();
      const onDiagonal = squares.mul(identity).sum();
      const dip = squares.sum().sub(onDiagonal).mul(offDiagonal).add(onDiagonal.mul(diagonal));
      return resultOf(
        "dipVae",
        reconstruction.add(kl).add(dip),
        { reconstruction, kl, covariancePenalty: dip },
        pass,
      );
    },
  };
}

/** What the registry tells of `dipVae`. */
export const dipVaeInfo: ObjectiveInfo = {
  name: "dip-vae",
  description: "ELBO + penalties that make the codes' covariance the prior's; types i and ii",
  options: {
    type: { type: "text", choices: types, default: "i", about: "DIP-VAE-I or DIP-VAE-II" },
    offDiagonal: { type: "number", min: 0, default: 10, about: "weight of the squared covariances" },
    diagonal: {
      type: "number",
      min: 0,
      about: "weight of the variances [default i 10 times that, ii the same]",
    },
  },
  examples: ["dip-vae", "dip-vae(type=ii, off-diagonal=3)", "dip-vae(diagonal=1)"],
  loss: ({ reconstruction = Number.NaN, kl = Number.NaN, covariancePenalty = Number.NaN }) =>
    reconstruction + kl + covariancePenalty,
  make: (options) => dipVae(options),
};
