import {
  type Distribution,
  drawFrom,
  exactKl,
  isWithin,
  type KlDivergence,
  klDivergence,
  nameSupport,
} from "../distributions/index.js";
import { type Expr, requireExpression } from "../graph/index.js";
import "../ops/index.js";
import { be, type Check, requireArgument, UserError } from "../tensor/index.js";
import type { ObjectiveContext, ObjectiveResult } from "./objective.js";

const aContext: Check = be.having(
  ["x", "encode", "decode", "prior", "noise"],
  "an objective's context, which its build(context) gets",
);

const aPass: Check = be.having(["posterior", "z", "likelihood"], "a pass, which forward(context) makes");

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
  requireArgument("forward", "the context", context, aContext);
  const posterior = context.encode(context.x);
  const z = sample(posterior, context);
  return { posterior, z, likelihood: context.decode(z) };
}

/**
 * Encodes the batch to the posterior's mean and decodes that, without noise. Throws a UserError, which names the
 * objective, if the family has no mean.
 */
export function forwardMean(
  context: ObjectiveContext,
  objective: string,
  remedy = "choose another posterior, such as normal",
): Pass {
  requireArgument("forwardMean", "the context", context, aContext);
  requireArgument("forwardMean", "the objective's name", objective, be.text);
  const posterior = context.encode(context.x);
  if (posterior.mean === undefined) {
    throw new UserError(
      `${objective} decodes the posterior's mean, but ${posterior.name} has no mean in closed form; ${remedy}`,
      2,
    );
  }
  const z = posterior.mean();
  return { posterior, z, likelihood: context.decode(z) };
}

/** The mean of a likelihood, as the reconstruction. Throws a UserError if it has none. */
export function meanOf(likelihood: Distribution): Expr {
  if (likelihood.mean === undefined) {
    throw new UserError(`the likelihood ${likelihood.name} has no mean to reconstruct with`, 2);
  }
  return likelihood.mean();
}

/** Throws a UserError, which names the objective, if the data are no numbers that errors can be taken of, but rows of a table. */
export function requireNumbers(objective: string, { support, name }: Distribution): void {
  if (support !== "columns") return;
  throw new UserError(
    `${objective} takes squared errors, which rows of a table (likelihood ${name}) don't have; take elbo or another bound`,
    2,
  );
}

/** -log p(x|z), the distortion, in nats, [batch]. */
export function distortion(pass: Pass, context: ObjectiveContext): Expr {
  requireArgument("distortion", "the pass", pass, aPass);
  requireArgument("distortion", "the context", context, aContext);
  return pass.likelihood.logProb(context.x).neg();
}

/** True if a draw of the posterior has a density under the prior. */
function hasDensityUnder(posterior: Distribution, prior: Distribution): boolean {
  if (prior.sampledOnly) return false;
  const [a, b] = [posterior.parts, prior.parts];
  if (a !== undefined && a.length === b?.length) {
    return a.every((part, i) => hasDensityUnder(part, b[i] as Distribution));
  }
  return isWithin(posterior, prior);
}

/** True if limits are to blame: of an interval that the other's draws are not, or not surely, within. */
function breaksLimits(posterior: Distribution, prior: Distribution): boolean {
  const [a, b] = [posterior.parts, prior.parts];
  if (a !== undefined && a.length === b?.length) {
    return a.some((part, i) => breaksLimits(part, b[i] as Distribution));
  }
  const limited = posterior.support === "interval" || prior.support === "interval";
  return limited && !prior.sampledOnly && !isWithin(posterior, prior);
}

/** Families whose draws have no exponential moments. */
const heavyTailed = new Set(["cauchy", "student-t"]);

/**
 * Why the KL divergence of this posterior from this prior doesn't exist or can't be had, or undefined if there is
 * nothing against it.
 */
export function whyNoKl(posterior: Distribution, prior: Distribution): string | undefined {
  if (!breaksLimits(posterior, prior) && exactKl(posterior, prior) !== undefined) return undefined;
  if (prior.sampledOnly) {
    return (
      `the prior ${prior.name} is known by samples only and has no density; ` +
      "use an objective that compares samples, such as wae-mmd or sliced-wasserstein"
    );
  }
  if (posterior.sampledOnly) return `the posterior ${posterior.name} has draws but no density`;
  if (heavyTailed.has(posterior.name) && prior.name === "gumbel") {
    return (
      `the KL divergence of ${posterior.name} from gumbel is infinite: the prior's density falls faster than any ` +
      "draw of such heavy tails allows; choose a prior with heavier tails, such as normal"
    );
  }
  if (hasDensityUnder(posterior, prior)) return undefined;
  return (
    `draws of the posterior ${posterior.name} (on ${nameSupport(posterior)}) have no density under the prior ` +
    `${prior.name} (on ${nameSupport(prior)}), so that their KL divergence is infinite; ` +
    (breaksLimits(posterior, prior)
      ? "choose limits, such as uniform(low=0, high=1), or a prior, so that all of them have one"
      : "choose a prior for that support")
  );
}

/**
 * KL(q(z|x) || p(z)), the rate, in nats, [batch]: exact where a closed form is known, else estimated from the draw.
 * Throws a UserError, which names the objective, if the divergence doesn't exist.
 */
export function rate(pass: Pass, context: ObjectiveContext, objective: string): KlDivergence {
  requireArgument("rate", "the pass", pass, aPass);
  requireArgument("rate", "the context", context, aContext);
  requireArgument("rate", "the objective's name", objective, be.text);
  const why = whyNoKl(pass.posterior, context.prior);
  if (why !== undefined) throw new UserError(`${objective}: ${why}`, 2);
  return klDivergence(pass.posterior, context.prior, pass.z);
}

/**
 * Throws a UserError, which names the objective, if log q(z|x) or log p(z) of the posterior's draws doesn't exist. An
 * exact KL divergence is not enough: between a relaxed and a discrete distribution it is that of the discrete ones.
 */
export function requireDensities(posterior: Distribution, prior: Distribution, objective: string): void {
  const why = whyNoKl(posterior, prior);
  if (why !== undefined) throw new UserError(`${objective}: ${why}`, 2);
  if (hasDensityUnder(posterior, prior)) return;
  throw new UserError(
    `${objective} weighs draws by their density, which those of the posterior ${posterior.name} (on ` +
      `${nameSupport(posterior)}) don't have under the prior ${prior.name} (on ${nameSupport(prior)}), though the KL ` +
      "divergence is known; choose a prior for that support, or straight-through draws for a discrete one",
    2,
  );
}

/** As many draws of the prior as the batch has examples, [batch, z]; without gradient to the posterior. */
export function priorDraws(context: ObjectiveContext): Expr {
  requireArgument("priorDraws", "the context", context, aContext);
  const { prior, noise, x } = context;
  // p(z|y) is one for each example already
  const each = prior.shape.length > prior.eventRank;
  return drawFrom(prior, noise, each ? [] : [x.shape[0] ?? 1]);
}

/**
 * An objective's result. Its loss, with what the posterior adds of its own (a codebook's loss), is the first term;
 * the loss in evaluation is what tells which checkpoint is best.
 */
export function resultOf(
  name: string,
  loss: Expr,
  parts: Readonly<Record<string, Expr>>,
  pass: Pick<Pass, "posterior">,
): ObjectiveResult {
  requireArgument("resultOf", "the name", name, be.text);
  requireExpression("resultOf", loss, "the loss");
  requireArgument("resultOf", "the parts", parts, be.having([], "an object of expressions by name"));
  for (const [part, value] of Object.entries(parts)) requireExpression("resultOf", value, `"${part}"`);
  requireArgument("resultOf", "the pass", pass, be.having(["posterior"], aPass.expected));
  const own = pass.posterior.auxiliaryLoss?.().mean();
  const total = own === undefined ? loss : loss.add(own);
  return { loss: total, terms: { [name]: total, ...parts, ...(own && { auxiliary: own }) } };
}

/** The standard measures of a pass, one number an example. */
export interface Measures {
  /** -log p(x|z), the distortion, in nats. */
  readonly reconstruction: Expr;
  /** KL(q(z|x) || p(z)), the rate, in nats; undefined if it doesn't exist (see `whyNoKl`). */
  readonly kl: KlDivergence | undefined;
  /** Squared error of the likelihood's mean, averaged over the data's numbers ("per pixel"). */
  readonly mse: Expr;
}

function klIfAny(posterior: Distribution, prior: Distribution, z: Expr): KlDivergence | undefined {
  try {
    return whyNoKl(posterior, prior) === undefined ? klDivergence(posterior, prior, z) : undefined;
  } catch (error) {
    // a pair for which the divergence is infinite, or a distribution without density, says so
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** The standard measures of a pass, each [batch]. */
export function measure(pass: Pass, context: ObjectiveContext): Measures {
  requireArgument("measure", "the pass", pass, aPass);
  requireArgument("measure", "the context", context, aContext);
  const { posterior, z, likelihood } = pass;
  return {
    reconstruction: distortion(pass, context),
    kl: klIfAny(posterior, context.prior, z),
    mse: squaredErrors(likelihood, context.x).mean(-1),
  };
}

/** Squared errors of a likelihood's mean; 0 where a row of a table has no number. */
function squaredErrors(likelihood: Distribution, x: Expr): Expr {
  const away = meanOf(likelihood).sub(x);
  return (likelihood.support === "columns" ? away.isNan().where(0, away) : away).square();
}
