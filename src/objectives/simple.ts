import { UserError } from "../tensor/index.js";
import type { ObjectiveInfo } from "./info.js";
import type { Objective } from "./objective.js";
import { forward, meanOf, measure, requireNumbers, resultOf } from "./terms.js";

/**
 * The notebook's own loss, every term a mean over batch and dimensions:
 * mean((x - y)^2) + mean(mu^2) + mean((1 - var)^2). The last two outweigh the first so far that on MNIST the
 * posterior collapses to the prior and every output becomes the average image; see `elbo` for the cure.
 * Throws a UserError if the posterior has no mean and variance.
 */
export function simple(): Objective {
  return {
    name: "simple",
    config: {},
    build(context) {
      const pass = forward(context);
      const { posterior, likelihood } = pass;
      if (posterior.mean === undefined || posterior.variance === undefined) {
        throw new UserError(
          `the simple objective needs a posterior with mean and variance, not ${posterior.name}`,
          2,
        );
      }
      requireNumbers("simple", likelihood);
      const mse = meanOf(likelihood).sub(context.x).square().mean();
      const meanPenalty = posterior.mean().square().mean();
      const variancePenalty = posterior.variance().neg().add(1).square().mean();
      const loss = mse.add(meanPenalty).add(variancePenalty);
      const kl = measure(pass, context).kl?.value.mean();
      return resultOf("simple", loss, { mse: mse, meanPenalty, variancePenalty, ...(kl && { kl }) }, pass);
    },
  };
}

export const simpleInfo: ObjectiveInfo = {
  name: "simple",
  description: "the notebook's loss, every term a mean; collapses on MNIST",
  options: {},
  loss: ({ mse = Number.NaN, meanPenalty = Number.NaN, variancePenalty = Number.NaN }) =>
    mse + meanPenalty + variancePenalty,
  make: () => simple(),
};
