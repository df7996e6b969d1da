import type { Expr } from "../graph/index.js";
import { aDistribution } from "./arguments.js";
import type { NoiseSource } from "../nn/index.js";
import { aShape, be, requireArgument, type Shape, UserError } from "../tensor/index.js";

export type { NoiseKind, NoiseSource } from "../nn/index.js";

/** The set on which a distribution has mass; what data or another distribution's draws are checked against. */
export type Support =
  | "real"
  | "positive"
  | "unitInterval"
  | "nonNegativeInteger"
  | "binary"
  | "simplex"
  | "sphere"
  | "angle"
  | "oneHot"
  | "interval"
  | "product"
  | "columns";

/** How an event is completed. */
export interface CompleteOptions {
  /** Whether no value may be drawn as missing; default false. */
  readonly present?: boolean;
}

/**
 * A probability distribution with its parameters in place. Its methods build graph. A draw has the shape
 * `shape`, whose last `eventRank` axes belong to one event; `logProb`, `entropy` and the KL divergence have
 * the remaining axes and are in nats.
 */
export interface Distribution {
  /** The family, such as `normal`. */
  readonly name: string;
  readonly params: Readonly<Record<string, Expr>>;
  /** Batch axes, then event axes. */
  readonly shape: Shape;
  readonly eventRank: number;
  readonly support: Support;
  /** Two numbers between which all draws lie, if they are known and `support` is `interval`. */
  readonly limits?: readonly [number, number];
  /** True if only draws exist, no density: then `logProb` throws a UserError. */
  readonly sampledOnly?: true;
  /** log p(x) for x of `shape`, or with further leading axes. */
  logProb(x: Expr): Expr;
  /** A draw through which gradients flow to the parameters, with `sampleShape` (default none) in front. */
  rsample?(noise: NoiseSource, sampleShape?: Shape): Expr;
  /** A draw without gradients, of families that have no `rsample`: discrete ones, mixtures, data. */
  sample?(noise: NoiseSource, sampleShape?: Shape): Expr;
  /** The expectation, of `shape`. */
  mean?(): Expr;
  /** The variance of each coordinate, of `shape`. */
  variance?(): Expr;
  /** The differential or discrete entropy in nats. */
  entropy?(): Expr;
  /**
   * An event of which a part is given, completed by draws of the rest given that part: `given` is of `shape`, NaN where a
   * number is to be drawn. Of likelihoods whose parts depend on each other.
   */
  complete?(noise: NoiseSource, given: Expr, options?: CompleteOptions): Expr;
  /** log p of each number of an event x given all others, of `shape`; 0 where x is NaN. Of the same likelihoods. */
  logProbEach?(x: Expr): Expr;
  /** A loss of its own that training adds (a codebook's), of the batch shape. */
  auxiliaryLoss?(): Expr;
  /** What `independent` was made from. */
  readonly base?: Distribution;
  /** Independent distributions whose events, joined along the last axis, are the event. */
  readonly parts?: readonly Distribution[];
}

/** A draw with `sampleShape` in front, differentiable if the family can be. Throws a UserError if it has none. */
export function drawFrom(distribution: Distribution, noise: NoiseSource, sampleShape: Shape = []): Expr {
  requireArgument("drawFrom", "the distribution", distribution, aDistribution);
  requireArgument(
    "drawFrom",
    "the noise",
    noise,
    be.having(["draw"], "a source of noise, as context.noise is"),
  );
  requireArgument("drawFrom", "the shape of the sample", sampleShape, aShape);
  if (distribution.rsample !== undefined) return distribution.rsample(noise, sampleShape);
  if (distribution.sample !== undefined) return distribution.sample(noise, sampleShape);
  throw new UserError(`nothing can be drawn from ${distribution.name}: it has no sampler`, 2);
}

/** The axes of one event, counted from the end. */
function lastAxes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => -1 - i);
}

/**
 * The same distribution with the last `axes` batch axes taken as parts of one event: log-densities and
 * entropies are summed over them (torch.distributions.Independent).
 */
export function independent(base: Distribution, axes = 1): Distribution {
  requireArgument("independent", "the distribution", base, aDistribution);
  requireArgument("independent", "the number of axes", axes, be.whole(0));
  if (axes === 0) return base;
  const over = lastAxes(axes);
  const { rsample, sample, mean, variance, entropy, auxiliaryLoss } = base;
  return {
    name: base.name,
    params: base.params,
    shape: base.shape,
    eventRank: base.eventRank + axes,
    support: base.support,
    base,
    ...(base.sampledOnly && { sampledOnly: true }),
    logProb: (x) => base.logProb(x).sum(over),
    ...(rsample && { rsample: (noise, sampleShape) => rsample.call(base, noise, sampleShape) }),
    ...(sample && { sample: (noise, sampleShape) => sample.call(base, noise, sampleShape) }),
    ...(auxiliaryLoss && { auxiliaryLoss: () => auxiliaryLoss.call(base).sum(over) }),
    ...(mean && { mean: () => mean.call(base) }),
    ...(variance && { variance: () => variance.call(base) }),
    ...(entropy && { entropy: () => entropy.call(base).sum(over) }),
  };
}
