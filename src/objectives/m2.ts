import { requireEntryOptions } from "../catalogue/index.js";
import { type Distribution, drawFrom, klDivergence, type NoiseSource } from "../distributions/index.js";
import { constant, type Expr } from "../graph/index.js";
import { UserError } from "../tensor/index.js";
import type { ObjectiveInfo } from "./info.js";
import type { Objective, ObjectiveContext } from "./objective.js";
import { resultOf, whyNoKl } from "./terms.js";

/** Options of `m2`. */
export interface M2Options {
  /** Weight of the classification loss, averaged over a batch's labelled examples; default 1. */
  readonly alpha?: number;
}

/** What `m2` needs of a context, or a UserError that says what the model lacks. */
function partsOf({
  given,
  classify,
  label,
}: ObjectiveContext): Required<Pick<ObjectiveContext, "given" | "classify" | "label">> {
  if (given !== undefined && classify !== undefined && label !== undefined) return { given, classify, label };
  throw new UserError(
    "m2 learns to tell the class too: it takes a model with a condition and a classifier, such as " +
      'vae({ condition: { classes: 10 }, classifier: "mlp(hidden=[256])", ... }) (--condition label --objective m2)',
    2,
  );
}

/** The same noise for an example as any class, so that what tells its classes apart is no luck of the draw. */
function sharedNoise(noise: NoiseSource, classes: number): NoiseSource {
  return {
    draw(kind, shape) {
      const [first, ...rest] = shape;
      return first === classes ? noise.draw(kind, rest).expand(shape) : noise.draw(kind, shape);
    },
  };
}

/** For each class and example, [classes, batch]: the distortion and rate if the example were of that class. */
function asEachClass(
  context: ObjectiveContext,
  given: NonNullable<ObjectiveContext["given"]>,
  classes: number,
): { readonly posterior: Distribution; readonly reconstruction: Expr; readonly kl: Expr } {
  const { x, noise } = context;
  const [batch = 1, size = 1] = x.shape;
  const each = Array.from({ length: classes }, (_, k) =>
    Array.from({ length: classes }, (_, i) => (i === k ? 1 : 0)),
  );
  const condition = constant(each, x.dtype).unsqueeze(1).expand([classes, batch, classes]);
  const bound = given(condition);
  const posterior = bound.encode(x.unsqueeze(0).expand([classes, batch, size]));
  const why = whyNoKl(posterior, bound.prior);
  if (why !== undefined) throw new UserError(`m2: ${why}`, 2);
  if (posterior.rsample === undefined)
    throw new UserError(`m2: the posterior ${posterior.name} has no reparameterised draws`, 2);
  const z = drawFrom(posterior, sharedNoise(noise, classes));
  return {
    posterior,
    reconstruction: bound.decode(z).logProb(x).neg(),
    kl: klDivergence(posterior, bound.prior, z).value,
  };
}

/**
 * The semi-supervised objective M2 (Kingma, Mohamed, Rezende and Welling, Semi-supervised Learning with Deep Generative Models,
 * 2014) for data whose labels are partly missing (-1). With L(x, y) = -log p(x|z, y) + KL(q(z|x, y) || p(z|y)) - log p(y), classes
 * equally likely, an example of a known class counts L(x, y); one of an unknown class the average of L(x, y) over q(y|x) less the
 * entropy of q(y|x), summed over all classes. `alpha` times the mean of -log q(y|x) over the labelled examples is added, so that
 * the classifier learns of them (in the paper alpha is 0.1). Each step costs as much as one with as many times the examples as
 * there are classes. Terms, nats per example: `reconstruction`, `kl`, `classification`, the mean of -log q(y|x) over the labelled, and
 * `classEntropy`, that of q(y|x) over the unlabelled.
 *
 * Throws a UserError for a model without condition or classifier, and where the KL divergence doesn't exist.
 */
export function m2(options: M2Options = {}): Objective {
  requireEntryOptions(m2Info, options);
  const { alpha = 1 } = options;
  return {
    name: "m2",
    config: { alpha },
    draws: 10,
    build(context) {
      const { given, classify, label } = partsOf(context);
      const classes = label.shape.at(-1) as number;
      const { posterior, reconstruction, kl } = asEachClass(context, given, classes);
      const logits = classify(context.x);
      const logShares = logits.sub(logits.logSumExp(-1, true));
      const known = label.sum(-1);
      const unknown = known.neg().add(1);
      const shares = known.unsqueeze(-1).mul(label).add(unknown.unsqueeze(-1).mul(logShares.exp()));
      const weights = shares.transpose();
      const average = (each: Expr): Expr => weights.mul(each).sum(0).mean();
      const classEntropy = logShares.exp().mul(logShares).sum(-1).neg().mul(unknown).mean();
      const labelled = known.sum().maximum(1);
      const classification = label.mul(logShares).sum().neg().div(labelled);
      const [distortion, rate] = [average(reconstruction), average(kl)];
      const bound = distortion.add(rate).add(Math.log(classes)).sub(classEntropy);
      const loss = bound.add(classification.mul(alpha));
      const terms = { reconstruction: distortion, kl: rate, classification, classEntropy };
      // the posterior's own loss (a codebook's) would be one for each class
      return resultOf("m2", loss, terms, { posterior: { ...posterior, ...own(posterior, average) } });
    },
  };
}

/** A posterior's own loss, weighed by how likely each class is. */
function own(posterior: Distribution, average: (each: Expr) => Expr): Pick<Distribution, "auxiliaryLoss"> {
  const { auxiliaryLoss } = posterior;
  return auxiliaryLoss === undefined ? {} : { auxiliaryLoss: () => average(auxiliaryLoss.call(posterior)) };
}

/** What the registry tells of `m2`. */
export const m2Info: ObjectiveInfo = {
  name: "m2",
  conditional: true,
  description:
    "semi-supervised: a conditional model and a classifier, of data whose labels are partly missing",
  options: {
    alpha: {
      type: "number",
      min: 0,
      default: 1,
      about: "weight of the classification loss, averaged over the labelled examples of a batch",
    },
  },
  make: (options) => m2(options),
};
