import type { ObjectiveInfo } from "./info.js";
import type { Objective } from "./objective.js";
import { distortion, forward, rate, resultOf } from "./terms.js";

/**
 * The negative evidence lower bound: reconstruction -log p(x|z) plus KL(q(z|x) || p(z)), both summed over an
 * example's numbers and averaged over the batch. Kingma and Welling, Auto-Encoding Variational Bayes (2014).
 * Throws a UserError if the KL divergence doesn't exist, as with a prior that is known by samples only.
 */
export function elbo(): Objective {
  return {
    name: "elbo",
    config: {},
    build(context) {
      const pass = forward(context);
      const reconstruction = distortion(pass, context).mean();
      const kl = rate(pass, context, "elbo").value.mean();
      return resultOf("negativeElbo", reconstruction.add(kl), { reconstruction, kl }, pass);
    },
  };
}

export const elboInfo: ObjectiveInfo = {
  name: "elbo",
  description: "negative ELBO: reconstruction + KL, nats per example",
  options: {},
  loss: ({ reconstruction = Number.NaN, kl = Number.NaN }) => reconstruction + kl,
  make: () => elbo(),
};
