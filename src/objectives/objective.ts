import type { Distribution, NoiseSource } from "../distributions/index.js";
import type { Expr } from "../graph/index.js";

/** The model as an objective sees it, for one batch. */
export interface ObjectiveContext {
  /** The data, [batch, numbers]. */
  readonly x: Expr;
  /** The posterior q(z|x) for data [..., numbers]. */
  encode(x: Expr): Distribution;
  /** The likelihood p(x|z) for latents [..., z]. */
  decode(z: Expr): Distribution;
  readonly prior: Distribution;
  readonly noise: NoiseSource;
  /** Number of training examples. */
  readonly datasetSize: number;
  /** A number that changes from step to step, such as a weight on a schedule: `at(step)` from step 0 on. */
  scheduled(name: string, at: (step: number) => number): Expr;
}

/** What an objective gives for a batch. */
export interface ObjectiveResult {
  /** The scalar to minimise. */
  readonly loss: Expr;
  /** What it is made of, by name: means over the batch, in nats per example unless the name says otherwise. */
  readonly terms: Readonly<Record<string, Expr>>;
}

/** A training objective. */
export interface Objective {
  readonly name: string;
  /** The options it was made with. */
  readonly config: Readonly<Record<string, number | string | boolean>>;
  build(context: ObjectiveContext): ObjectiveResult;
}
