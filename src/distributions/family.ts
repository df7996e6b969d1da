import type { Json } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import type { Mode, NoiseSource, ParameterSpecs, Weights } from "../nn/index.js";
import type { Tensor } from "../tensor/index.js";
import type { Distribution, Support } from "./distribution.js";
import type { Role } from "./role.js";

export type { Json } from "../catalogue/index.js";

/** What a family may use when a model puts it in place. */
export interface FamilyContext {
  /** dtype of the graph. */
  readonly dtype: "float32" | "float64";
  /** Values of the parameters that the family's `weights` named. */
  readonly weights: Weights;
  /** Numbers of one example of the data. */
  readonly dataSize?: number;
  /** What examples are given along with, [batch, numbers], in a conditional model: their class as ones and zeros. */
  readonly condition?: Expr;
  /** Whether the model is being trained; default `evaluate`. */
  readonly mode?: Mode;
  /** Fresh noise at each step of training, apart from the objective's. */
  readonly noise?: NoiseSource;
  /** What the family is in the model, where that makes a difference. */
  readonly role?: Role;
  /**
   * A number that changes from training step to step, `at(step)` from step 0 on; `name` must be unique in the
   * model. Where it is missing (in evaluation) a family takes the final value, `at(Infinity)`.
   */
  scheduled?(name: string, at: (step: number) => number): Expr;
  /** The model's posterior for data x [..., data size]; for priors that are made of posteriors (VampPrior). */
  readonly encode?: (x: Expr) => Distribution;
}

/** The numbers of a draw that one distribution of several side by side takes. */
export interface FamilyPart {
  readonly key: string;
  readonly family: Family;
  readonly start: number;
  readonly size: number;
}
/** What a model's encoder puts out: the posterior's parameters by name, each [n, ...]. */
export type Encoding = Readonly<Record<string, Tensor<"float32">>>;

/** An encoding with these names. */
export type EncodingOf<Names extends string> = { readonly [Name in Names]: Tensor<"float32"> };

/** The key under which a family's type carries its encoding's; no object has it. */
declare const encoding: unique symbol;

/** The encoding of a model whose posterior is of this family. */
export type EncodedBy<F extends Family> = F extends Family<infer E> ? E : never;

/**
 * A kind of distribution as a user chooses it: for the posterior, the prior or the likelihood of a model, before
 * any parameter has a value. `E`, for the compiler only, is what `encode` returns where it is the posterior. `event` is the shape of one draw: `[z]` for latents, `[numbers]` for data.
 */
export interface Family<E extends Encoding = Encoding> {
  readonly [encoding]?: E;
  readonly name: string;
  /** The options it was made with; `families[name](config)` makes it again. */
  readonly config: { readonly [key: string]: Json };
  readonly support: Support;
  /** True for a prior that reads the condition, which only a conditional model has. */
  readonly conditional?: true;
  /** True for a prior that has the posterior's support, whatever it is; then `support` says nothing. */
  readonly followsPosterior?: true;
  /** If it is distributions side by side, each with a support of its own: which numbers of a draw are whose. */
  parts?(event: readonly number[]): readonly FamilyPart[];
  /**
   * Trainable parameters of its own (a learned prior, a flow); none by default. `dataSize` is the number of
   * numbers of one example, which a VampPrior's pseudo-inputs have, and `conditionSize` of a condition, if there is one.
   */
  weights?(event: readonly number[], dataSize?: number, conditionSize?: number): ParameterSpecs;
  /** How many numbers a network must put out for one draw. */
  rawSize(event: readonly number[]): number;
  /** The distribution whose parameters are raw network outputs [..., rawSize]. */
  fromRaw(raw: Expr, event: readonly number[], context: FamilyContext): Distribution;
  /** The distribution as a prior: no batch axes, unless it reads the condition. Throws a UserError if the family can't be one. */
  prior(event: readonly number[], context: FamilyContext): Distribution;
}
