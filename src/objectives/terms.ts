import { type Distribution, type KlDivergence, klDivergence } from "../distributions/index.js";
import type { Expr } from "../graph/index.js";
import "../ops/index.js";
import { UserError } from "../tensor/index.js";
import type { ObjectiveContext } from "./objective.js";

/** One pass through a model: encode, draw, decode. */
export interface Pass {
  readonly posterior: Distribution;
  readonly z: Expr;
  readonly likelihood: Distribution;
}

/** A draw that gradients flow through. Throws a UserError if the family has none. */
export function sample(posterior: Distribution, context: ObjectiveContext): Expr {
  if (posterior.rsample === undefined) {
    throw new UserError(`${posterior.name} can't be a posterior: it has no reparameterised sample`, 2);
  }
  return posterior.rsample(context.noise);
}

/** Encodes the batch, draws one latent an example and decodes it. */
export function forward(context: ObjectiveContext): Pass {
  const posterior = context.encode(context.x);
  const z = sample(posterior, context);
  return { posterior, z, likelihood: context.decode(z) };
}

/** The standard measures of a pass, one number an example. */
export interface Measures {
  /** -log p(x|z), the distortion, in nats. */
  readonly reconstruction: Expr;
  /** KL(q(z|x) || p(z)), the rate, in nats. */
  readonly kl: KlDivergence;
  /** Squared error of the likelihood's mean, averaged over the data's numbers ("per pixel"). */
  readonly msePerPixel: Expr;
}

/** The mean of a likelihood, as the reconstruction. Throws a UserError if it has none. */
export function meanOf(likelihood: Distribution): Expr {
  if (likelihood.mean === undefined) {
    throw new UserError(`the likelihood ${likelihood.name} has no mean to reconstruct with`, 2);
  }
  return likelihood.mean();
}

/** The standard measures of a pass, each [batch]. */
export function measure({ posterior, z, likelihood }: Pass, context: ObjectiveContext): Measures {
  return {
    reconstruction: likelihood.logProb(context.x).neg(),
    kl: klDivergence(posterior, context.prior, z),
    msePerPixel: meanOf(likelihood).sub(context.x).square().mean(-1),
  };
}
