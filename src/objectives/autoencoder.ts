import { requireEntryOptions } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import type { ObjectiveInfo } from "./info.js";
import type { Objective } from "./objective.js";
import { distortion, forwardMean, resultOf } from "./terms.js";

/**
 * The plain autoencoder: reconstruction -log p(x|z) in nats per example at the posterior's mean; nothing is drawn
 * and the prior plays no part. Draws of the prior are then no codes: fit a sampler to the codes for generating.
 * Throws a UserError if the posterior has no mean.
 */
export function autoencoder(): Objective {
  return {
    name: "autoencoder",
    config: {},
    deterministic: true,
    build(context) {
      const pass = forwardMean(context, "autoencoder");
      return resultOf("reconstruction", distortion(pass, context).mean(), {}, pass);
    },
  };
}

/** Options of the regularised autoencoder. */
export interface RaeL2Options {
  /** Weight of half the squared length of the codes; default 0.1. */
  readonly beta?: number;
  /** Weight of the squared length of the decoder's parameters; default 0.001. */
  readonly lambda?: number;
}

/**
 * The regularised autoencoder with L2 (Ghosh et al., From Variational to Deterministic Autoencoders, 2020):
 * reconstruction -log p(x|z) in nats per example at the posterior's mean, plus beta times half the mean squared
 * length of the codes, plus lambda times the squared length of all of the decoder's parameters. Generate from a
 * sampler that is fitted to the codes. Throws a UserError if the posterior has no mean.
 */
export function raeL2(options: RaeL2Options = {}): Objective {
  requireEntryOptions(raeL2Info, options);
  const { beta = 0.1, lambda = 0.001 } = options;
  return {
    name: "rae-l2",
    config: { beta, lambda },
    deterministic: true,
    build(context) {
      const pass = forwardMean(context, "rae-l2");
      const reconstruction = distortion(pass, context).mean();
      const codes = pass.z.square().sum(-1).mean().mul(0.5);
      const own = Object.entries(context.weights ?? {}).filter(([name]) => name.startsWith("decoder."));
      if (own.length === 0) throw new UserError("rae-l2 needs a decoder with parameters to keep small", 2);
      const decoder = own.map(([, value]) => value.square().sum()).reduce((sum, term) => sum.add(term));
      const loss = reconstruction.add(codes.mul(beta)).add(decoder.mul(lambda));
      return resultOf("raeL2", loss, { reconstruction, halfSquaredCodes: codes, decoderL2: decoder }, pass);
    },
  };
}

/** What the registry tells of `autoencoder`. */
export const autoencoderInfo: ObjectiveInfo = {
  name: "autoencoder",
  description: "reconstruction only, from the posterior's mean; generate from a fitted sampler",
  options: {},
  loss: ({ reconstruction = Number.NaN }) => reconstruction,
  make: () => autoencoder(),
};

/** What the registry tells of `raeL2`. */
export const raeL2Info: ObjectiveInfo = {
  name: "rae-l2",
  description: "regularised autoencoder: small codes and decoder weights instead of noise",
  options: {
    beta: { type: "number", min: 0, default: 0.1, about: "weight of half the squared codes" },
    lambda: { type: "number", min: 0, default: 0.001, about: "weight of the squared decoder parameters" },
  },
  examples: ["rae-l2", "rae-l2(beta=0.5, lambda=0.02)"],
  loss(
    { reconstruction = Number.NaN, halfSquaredCodes = Number.NaN, decoderL2 = Number.NaN },
    { beta, lambda },
  ) {
    return reconstruction + Number(beta) * halfSquaredCodes + Number(lambda) * decoderL2;
  },
  make: (options) => raeL2(options),
};
