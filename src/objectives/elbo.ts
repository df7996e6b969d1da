import type { Objective } from "./objective.js";
import { forward, measure } from "./terms.js";

/**
 * The negative evidence lower bound: reconstruction -log p(x|z) plus KL(q(z|x) || p(z)), both summed over an
 * example's numbers and averaged over the batch. Kingma and Welling, Auto-Encoding Variational Bayes (2014).
 */
export function elbo(): Objective {
  return {
    name: "elbo",
    config: {},
    build(context) {
      const measures = measure(forward(context), context);
      const reconstruction = measures.reconstruction.mean();
      const kl = measures.kl.value.mean();
      const loss = reconstruction.add(kl);
      return { loss, terms: { negativeElbo: loss, reconstruction, kl } };
    },
  };
}
