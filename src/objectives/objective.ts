import type { Distribution, NoiseSource } from "../distributions/index.js";
import type { Expr } from "../graph/index.js";
import type { Json } from "../catalogue/index.js";
import type { Weights } from "../nn/index.js";
import type { PictureLayout } from "./picture.js";

/** The model as an objective sees it, for one batch. */
export interface ObjectiveContext {
  /** The data, [batch, numbers]. */
  readonly x: Expr;
  /** The posterior q(z|x) for data [..., numbers]. */
  encode(x: Expr): Distribution;
  /** The likelihood p(x|z) for latents [..., z]. */
  decode(z: Expr): Distribution;
  readonly prior: Distribution;
  /** The same distributions with another condition [..., classes] for examples [..., numbers], of a conditional model. */
  given?(condition: Expr): Pick<ObjectiveContext, "encode" | "decode" | "prior">;
  /** The unnormalised log-probabilities of q(y|x), [..., classes], of a model with a classifier. */
  classify?(x: Expr): Expr;
  /** The examples' classes as ones and zeros [batch, classes], all zeros where one is not known; of a conditional model. */
  readonly label?: Expr;
  readonly noise: NoiseSource;
  /** Number of training examples. */
  readonly datasetSize: number;
  /** The model's parameters by name, such as `decoder.0.weight`, for penalties on them. */
  readonly weights?: Weights;
  /** How an example's numbers lie, if it is a picture. */
  readonly picture?: PictureLayout;
  /** A number that changes from step to step, such as a weight on a schedule: `at(step)` from step 0 on. */
  scheduled(name: string, at: (step: number) => number): Expr;
}

/** What an objective gives for a batch. */
export interface ObjectiveResult {
  /** The scalar to minimise. */
  readonly loss: Expr;
  /**
   * What it is made of, by name, the loss itself first: means over the batch, in nats per example unless the name
   * says otherwise.
   */
  readonly terms: Readonly<Record<string, Expr>>;
}

/** A training objective. */
export interface Objective {
  readonly name: string;
  /** The options it was made with. */
  readonly config: Readonly<Record<string, Json>>;
  /** True if codes are the posterior's means and nothing is drawn: then there is no KL divergence to report. */
  readonly deterministic?: true;
  /**
   * The smallest batch that it can learn from, for what compares examples with each other; default 1. Training with
   * smaller ones is refused. The last batch of an epoch may be smaller all the same: `build` leaves out then what it
   * has too few examples for.
   */
  readonly leastBatch?: number;
  /** Latents that are decoded for each example, if more than one: evaluation takes smaller batches then. */
  readonly draws?: number;
  /** The loss as graph. Throws a UserError that says why if it is not defined for the model's distributions. */
  build(context: ObjectiveContext): ObjectiveResult;
}
