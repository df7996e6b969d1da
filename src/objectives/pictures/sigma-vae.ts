import "../../ops/index.js";
import type { ObjectiveInfo } from "../info.js";
import type { Objective } from "../objective.js";
import { compared, type OfOption } from "./compared.js";
import { ofInfo, requireLossOptions } from "./options.js";

/** Options of the sigma-VAE. */
export interface SigmaVaeOptions extends OfOption {
  /** The smallest sigma; default 0.001. Where all is reconstructed without error the density would be infinite. */
  readonly minSigma?: number;
}

/**
 * The Gaussian likelihood with the best sigma as reconstruction (the optimal sigma-VAE; Rybkin, Daniilidis and Levine, Simple
 * and Effective VAE Training with Calibrated Decoders, 2021): sigma^2 is the mean squared difference between examples and
 * likelihood's mean over all numbers of the batch, and -log N(x; mean, sigma^2), in nats per example, takes the place of
 * -log p(x|z) in the objective `of`. So the weight of the KL divergence finds itself, and nothing is to be tuned. Terms
 * `sigmaVaeLoss` (the loss), those of `of`, and `sigma`. Takes examples of any shape. With one sigma that is learned
 * instead: the likelihood `shared-normal`.
 */
export function sigmaVae(options: SigmaVaeOptions = {}): Objective {
  requireLossOptions(sigmaVaeInfo, options);
  const { minSigma = 0.001 } = options;
  return compared("sigma-vae", { minSigma }, options, () => (x, made) => {
    const squares = made.sub(x).square();
    const variance = squares.mean().maximum(minSigma ** 2);
    const numbers = Number(x.shape.at(-1));
    const normaliser = variance
      .log()
      .add(Math.log(2 * Math.PI))
      .mul(numbers / 2);
    const distance = squares.sum(-1).div(variance.mul(2)).add(normaliser);
    return { distance, measures: { sigma: variance.sqrt() } };
  });
}

/** What the registry tells of `sigmaVae`. */
export const sigmaVaeInfo: ObjectiveInfo = {
  name: "sigma-vae",
  description: "Gaussian reconstruction with the batch's best sigma: weighs itself against KL",
  options: {
    minSigma: { type: "number", min: 1e-6, default: 0.001, about: "the smallest sigma" },
    ...ofInfo,
  },
  examples: ["sigma-vae", "sigma-vae(min-sigma=0.9, of=beta-vae(beta=3))"],
  make: (options) => sigmaVae(options),
};
