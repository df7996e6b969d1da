import type { Binarization } from "../data/portable.js";
import type { MutualInformation } from "./latent-use.js";
import type { LogLikelihood } from "./log-likelihood.js";

/** What an evaluation gives for one split; nats per example unless said otherwise. */
export interface Evaluation {
  readonly split: string;
  readonly examples: number;
  /** How the examples were made binary; figures for different ways can't be compared. */
  readonly binarize: Binarization;
  /**
   * -ELBO = reconstruction + kl, an upper bound of -log p(x), from one draw of z an example; null where there is no
   * KL divergence (`klMethod` none).
   */
  readonly negativeElbo: number | null;
  /** -log p(x|z): the distortion. */
  readonly reconstruction: number;
  /**
   * KL(q(z|x) || p(z)): the rate; null where it does not exist: with a prior that is known by samples only, and
   * with an objective that draws nothing (an autoencoder).
   */
  readonly kl: number | null;
  /** How `kl` was got: a closed form, or an estimate from the draws. */
  readonly klMethod: "exact" | "monteCarlo" | "none";
  /** Mean squared error of the reconstruction per number of an example; null of rows of a table, which have none. */
  readonly mse: number | null;
  /** Latent coordinates whose posterior mean varies over the data (variance above 0.01; Burda et al. 2016). */
  readonly activeUnits: number;
  readonly latentDim: number;
  /**
   * Of a model with a classifier: the share of the labelled examples whose likeliest class by q(y|x) is theirs; null if none is
   * labelled.
   */
  readonly accuracy?: number | null;
  /** The objective's own terms on this split. */
  readonly terms: Readonly<Record<string, number>>;
  /** If asked for: the importance-sampled log-likelihood. */
  readonly logLikelihood?: LogLikelihood;
  /** If asked for: how the latent coordinates are used. */
  readonly latentUse?: LatentUse;
}

/** How a model uses its latent variable; nats but for the accuracy. */
export interface LatentUse {
  /** The rate of each latent coordinate; null if posterior or prior doesn't have independent coordinates. */
  readonly klPerDimension: readonly number[] | null;
  /** I(x; z) and KL(q(z) || p(z)) as in Hoffman and Johnson (2016); null if the posterior has no density. */
  readonly mutualInformation: MutualInformation | null;
  /**
   * Share of the examples whose nearest code of another, labelled set (the training examples) has their label; null
   * without labels.
   */
  readonly neighbourAccuracy: number | null;
}

/** Variance of the posterior mean above which a latent coordinate counts as active (Burda et al. 2016). */
export const activeVariance = 0.01;

/** A rate below this, in nats an example, tells nothing of the data: the posterior has collapsed. */
export const collapsedRate = 0.05;

/** Why an evaluation shows posterior collapse, or undefined if it doesn't. */
export function collapse({ kl, activeUnits, latentDim }: Evaluation): string | undefined {
  const units = `${activeUnits} of ${latentDim} latent coordinates active`;
  if (kl !== null && kl < collapsedRate) return `KL ${kl.toPrecision(2)} nats an example, ${units}`;
  if (activeUnits > 0) return undefined;
  return kl === null ? units : `${units}, KL ${kl.toPrecision(2)} nats an example`;
}
