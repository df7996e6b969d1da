import { requireEntryOptions } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import { klByCoordinate } from "./coordinates.js";
import type { ObjectiveInfo } from "./info.js";
import type { Objective } from "./objective.js";
import { distortion, forward, rate, resultOf } from "./terms.js";

const kinds = ["dimension", "total"] as const;

/** Options of free bits. */
export interface FreeBitsOptions {
  /** Nats that are free, of each dimension or in all; default 0.5. */
  readonly lambda?: number;
  /** Whether `lambda` holds for each latent coordinate (default) or for their sum. */
  readonly per?: (typeof kinds)[number];
}

/**
 * Free bits (Kingma et al., Improved Variational Inference with Inverse Autoregressive Flow, 2016): reconstruction
 * plus the sum over latent coordinates of max(lambda, KL), in nats per example, where a coordinate's KL divergence
 * is first averaged over the batch, as in the paper. With `per` total it is max(lambda, KL), of the sum over all
 * coordinates. Below lambda nats there is no pull towards the prior, which keeps the posterior from collapsing.
 *
 * Throws a UserError if the KL divergence doesn't exist, and for `per` dimension if posterior or prior does not
 * have independent coordinates.
 */
export function freeBits(options: FreeBitsOptions = {}): Objective {
  requireEntryOptions(freeBitsInfo, options);
  const { lambda = 0.5, per = "dimension" } = options;
  return {
    name: "free-bits",
    config: { lambda, per },
    build(context) {
      const pass = forward(context);
      const reconstruction = distortion(pass, context).mean();
      const kl = rate(pass, context, "free-bits").value.mean();
      if (per === "total") {
        return resultOf("freeBits", reconstruction.add(kl.maximum(lambda)), { reconstruction, kl }, pass);
      }
      const each = klByCoordinate(pass.posterior, context.prior, pass.z);
      if (each === undefined) {
        throw new UserError(
          "free-bits(per=dimension) needs a posterior and a prior with independent coordinates, not " +
            `${pass.posterior.name} and ${context.prior.name}; use per=total`,
          2,
        );
      }
      const penalty = each.mean(0).maximum(lambda).sum();
      return resultOf("freeBits", reconstruction.add(penalty), { reconstruction, kl, penalty }, pass);
    },
  };
}

/** What the registry tells of `freeBits`. */
export const freeBitsInfo: ObjectiveInfo = {
  name: "free-bits",
  description: "ELBO in which the first lambda nats of KL cost nothing, against collapse",
  options: {
    lambda: { type: "number", min: 0, default: 0.5, about: "free nats" },
    per: { type: "text", choices: kinds, default: "dimension", about: "of each dimension or in all" },
  },
  examples: ["free-bits", "free-bits(lambda=0.1)", "free-bits(per=total, lambda=2)"],
  loss: ({ reconstruction = Number.NaN, kl = Number.NaN, penalty }, { lambda }) =>
    reconstruction + (penalty ?? Math.max(kl, Number(lambda))),
  make: (options) => freeBits(options),
};
