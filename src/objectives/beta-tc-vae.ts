import { requireEntryOptions } from "../catalogue/index.js";
import type { Distribution } from "../distributions/index.js";
import { constant, type Expr } from "../graph/index.js";
import "../ops/index.js";
import { UserError } from "../tensor/index.js";
import { coordinatesOf, logProbByCoordinate } from "./coordinates.js";
import type { ObjectiveInfo } from "./info.js";
import { comparable } from "./least-batch.js";
import type { Objective } from "./objective.js";
import { distortion, forward, requireDensities, resultOf } from "./terms.js";

const estimators = ["weighted", "stratified"] as const;

/** How the aggregated posterior's density is estimated from a batch. */
export type AggregateEstimator = (typeof estimators)[number];

/** Options of the beta-TC-VAE. */
export interface BetaTcVaeOptions {
  /** Weight of the mutual information; default 1. */
  readonly alpha?: number;
  /** Weight of the total correlation; default 6. */
  readonly beta?: number;
  /** Weight of the dimension-wise KL divergence; default 1. */
  readonly gamma?: number;
  /** Minibatch-weighted (default) or minibatch-stratified sampling. */
  readonly sampling?: AggregateEstimator;
}

/** Logarithms of the weights of example j in the estimate of the density at example i's code, [batch, batch]. */
function logWeights(batch: number, datasetSize: number, estimator: AggregateEstimator): number[][] {
  // One example says nothing of the others: its own posterior then stands for the aggregated one.
  if (batch < comparable) return [[0]];
  const n = Math.max(datasetSize, batch);
  const others = batch - 1;
  return Array.from({ length: batch }, (_, i) =>
    Array.from({ length: batch }, (_, j) => {
      if (estimator === "weighted") return -Math.log(batch * n);
      if (i === j) return -Math.log(n);
      const last = j === (i + 1) % batch;
      return last ? Math.log((n - others) / (n * others)) : -Math.log(others);
    }),
  );
}

/** log q(z) and log q(z_j) of the aggregated posterior, estimated at a batch's own codes. */
export interface AggregateDensities {
  /** log q(z), [batch]. */
  readonly joint: Expr;
  /** log q(z_j) of each coordinate, [batch, z]. */
  readonly marginals: Expr;
}

/**
 * The density of the aggregated posterior q(z) = 1/N sum_n q(z|x_n) at the codes z [batch, z] of a batch, and those of
 * its coordinates, in nats. `weighted` is minibatch-weighted sampling: 1/(N B) sum_j q(z_i|x_j), too low by about
 * log B at worst but without high variance; `stratified` is minibatch-stratified sampling, whose expectation (of the
 * density) is exact. Of a batch of one it is that example's posterior. Undefined if the posterior's coordinates depend on each other. Takes a batch of fixed size.
 */
export function aggregateDensities(
  posterior: Distribution,
  z: Expr,
  datasetSize: number,
  estimator: AggregateEstimator,
): AggregateDensities | undefined {
  const coordinates = coordinatesOf(posterior);
  const batch = z.shape[0];
  if (coordinates === undefined) return undefined;
  if (typeof batch !== "number") throw new Error("aggregateDensities takes a batch of fixed size");
  const weights = constant(logWeights(batch, datasetSize, estimator), z.dtype);
  const pairs = logProbByCoordinate(coordinates, z.unsqueeze(1));
  return {
    joint: pairs.sum(-1).add(weights).logSumExp(1),
    marginals: pairs.add(weights.unsqueeze(-1)).logSumExp(1),
  };
}

/**
 * The beta-TC-VAE (Chen et al., Isolating Sources of Disentanglement in VAEs, 2018): reconstruction + alpha times the
 * mutual information of data and code + beta times the total correlation of the code's coordinates + gamma times the
 * sum of the coordinates' KL divergences from the prior, all in nats per example. The last three add up to the KL
 * divergence of the ELBO, estimated from the draw. `sampling` says how the aggregated posterior's density is
 * estimated from the batch, see `aggregateDensities`; Chen et al. train with `weighted`.
 *
 * Throws a UserError if the posterior's coordinates depend on each other or the KL divergence doesn't exist.
 */
export function betaTcVae(options: BetaTcVaeOptions = {}): Objective {
  requireEntryOptions(betaTcVaeInfo, options);
  const name = "beta-tc-vae";
  const { alpha = 1, beta = 6, gamma = 1, sampling = "weighted" } = options;
  return {
    name,
    config: { alpha, beta, gamma, sampling },
    leastBatch: comparable,
    build(context) {
      const pass = forward(context);
      const { posterior, z } = pass;
      requireDensities(posterior, context.prior, name);
      const densities = aggregateDensities(posterior, z, context.datasetSize, sampling);
      if (densities === undefined) {
        throw new UserError(
          `${name} needs a posterior with independent coordinates, whose total correlation it lowers; ` +
            `those of ${posterior.name} depend on each other`,
          2,
        );
      }
      const factored = densities.marginals.sum(-1);
      const reconstruction = distortion(pass, context).mean();
      const mutualInformation = posterior.logProb(z).sub(densities.joint).mean();
      const totalCorrelation = densities.joint.sub(factored).mean();
      const dimensionwiseKl = factored.sub(context.prior.logProb(z)).mean();
      const loss = reconstruction
        .add(mutualInformation.mul(alpha))
        .add(totalCorrelation.mul(beta))
        .add(dimensionwiseKl.mul(gamma));
      const parts = { reconstruction, mutualInformation, totalCorrelation, dimensionwiseKl };
      return resultOf("betaTcVae", loss, parts, pass);
    },
  };
}

/** What the registry tells of `betaTcVae`. */
export const betaTcVaeInfo: ObjectiveInfo = {
  name: "beta-tc-vae",
  description: "ELBO with the total correlation of the latent coordinates weighted by beta",
  options: {
    alpha: { type: "number", min: 0, default: 1, about: "weight of the mutual information" },
    beta: { type: "number", min: 0, default: 6, about: "weight of the total correlation" },
    gamma: { type: "number", min: 0, default: 1, about: "weight of the dimension-wise KL divergence" },
    sampling: { type: "text", choices: estimators, default: "weighted", about: "estimator of the density" },
  },
  examples: ["beta-tc-vae", "beta-tc-vae(sampling=stratified, alpha=0.5, beta=2, gamma=3)"],
  loss({ reconstruction = Number.NaN, ...terms }, { alpha, beta, gamma }) {
    const {
      mutualInformation = Number.NaN,
      totalCorrelation = Number.NaN,
      dimensionwiseKl = Number.NaN,
    } = terms;
    const weighted = Number(alpha) * mutualInformation + Number(beta) * totalCorrelation;
    return reconstruction + weighted + Number(gamma) * dimensionwiseKl;
  },
  make: (options) => betaTcVae(options),
};
