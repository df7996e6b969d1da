import { requireEntryOptions } from "../catalogue/index.js";
import { vectorJacobianProduct } from "../autodiff/index.js";
import type { Distribution } from "../distributions/index.js";
import type { Expr } from "../graph/index.js";
import { customGradient } from "../ops/index.js";
import { UserError } from "../tensor/index.js";
import type { ObjectiveInfo } from "./info.js";
import type { Objective, ObjectiveContext } from "./objective.js";
import { requireDensities, resultOf } from "./terms.js";

/** Options of the importance-weighted bound. */
export interface IwaeOptions {
  /** Draws of z an example; default 5. */
  readonly k?: number;
  /** The doubly reparameterised gradient in place of the plain one; default false. */
  readonly dreg?: boolean;
}

/** k draws of the posterior and their log-weights log p(x, z) - log q(z|x). */
export interface WeightedDraws {
  /** [k, batch, z] */
  readonly z: Expr;
  /** -log p(x|z), [k, batch]. */
  readonly distortion: Expr;
  /** [k, batch] */
  readonly logWeights: Expr;
}

function draws(posterior: Distribution, context: ObjectiveContext, k: number): Expr {
  if (posterior.rsample === undefined) {
    throw new UserError(
      `iwae: the posterior ${posterior.name} has no reparameterised draws for gradients to flow through`,
      2,
    );
  }
  return posterior.rsample(context.noise, [k]);
}

/**
 * k draws an example and their log-weights; noise [k, batch, ...]. Throws a UserError, which names `user`, if
 * posterior or prior have no density at the draws.
 */
export function weightedDraws(
  posterior: Distribution,
  context: ObjectiveContext,
  k: number,
  user = "iwae",
): WeightedDraws {
  requireDensities(posterior, context.prior, user);
  const z = draws(posterior, context, k);
  const distortion = context.decode(z).logProb(context.x).neg();
  const logWeights = context.prior.logProb(z).sub(posterior.logProb(z)).sub(distortion);
  return { z, distortion, logWeights };
}

/**
 * The same, but with the encoder's gradient doubly reparameterised: the sum over k of the squared normalised
 * weights times the derivative of log w by z times that of z by the encoder's output. The encoder gets no gradient
 * through log q's parameters.
 */
function doublyReparameterised(posterior: Distribution, context: ObjectiveContext, k: number): WeightedDraws {
  requireDensities(posterior, context.prior, "iwae(dreg=true)");
  const drawn = draws(posterior, context, k);
  const z = customGradient(drawn, [drawn], (grad) => [grad.mul(normalised.unsqueeze(-1))]);
  const density = posterior.logProb(z);
  const logQ = customGradient(density, [z], (grad) => vectorJacobianProduct([density], [grad], [z]));
  const distortion = context.decode(z).logProb(context.x).neg();
  const logWeights = context.prior.logProb(z).sub(logQ).sub(distortion);
  const normalised: Expr = logWeights.softmax(0).stopGradient();
  return { z, distortion, logWeights };
}

/**
 * The importance-weighted bound (Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders, 2016):
 * -log(1/k sum_k p(x|z_k) p(z_k) / q(z_k|x)) in nats per example, from k draws of q(z|x). It is the negative ELBO
 * for k = 1 (with the KL divergence estimated from the draw) and tends to -log p(x) as k grows. `dreg` changes the
 * encoder's gradient, not the value: Tucker, Lawson, Gu and Maddison, Doubly Reparameterized Gradient Estimators
 * for Monte Carlo Objectives (2018). The terms `reconstruction` and `kl` are averages over the draws, unweighted.
 *
 * Throws a UserError if draws of the posterior have no gradient, or posterior or prior no density at them.
 */
export function iwae(options: IwaeOptions = {}): Objective {
  requireEntryOptions(iwaeInfo, options);
  const { k = 5, dreg = false } = options;
  return {
    name: "iwae",
    config: { k, dreg },
    draws: k,
    build(context) {
      const posterior = context.encode(context.x);
      const { logWeights, distortion } = (dreg ? doublyReparameterised : weightedDraws)(
        posterior,
        context,
        k,
      );
      const loss = logWeights.logSumExp(0).neg().add(Math.log(k)).mean();
      const reconstruction = distortion.mean();
      const kl = logWeights.mean().neg().sub(reconstruction);
      return resultOf("negativeIwae", loss, { reconstruction, kl }, { posterior });
    },
  };
}

/** What the registry tells of `iwae`. */
export const iwaeInfo: ObjectiveInfo = {
  name: "iwae",
  description: "importance-weighted bound with k draws an example; tighter than the ELBO",
  options: {
    k: { type: "integer", min: 1, max: 5000, default: 5, about: "draws of z an example" },
    dreg: { type: "boolean", default: false, about: "the doubly reparameterised gradient for the encoder" },
  },
  examples: ["iwae", "iwae(k=1)", "iwae(k=3, dreg=true)"],
  make: (options) => iwae(options),
};
