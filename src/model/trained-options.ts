import { be, type ChecksOf, requireArgument, requireOptions, valueInWords } from "../catalogue/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { aCondition, type Condition } from "./given.js";
import type { Vae } from "./vae.js";

/**
 * Examples for a model, of shape [n, ...input], or one example: floats in the units of the data that it was trained on, or
 * bytes, which are read as those were (x/255, unless the model's `schema` says otherwise).
 */
export type ModelInput = Tensor<"uint8"> | Tensor<"float32">;

/** What a conditional model is given beside examples. */
export interface GivenOptions {
  /**
   * The class of the examples: one for all, or a list of one for each, by number or name; or numbers [n, classes]. Conditional
   * models need it, others take none.
   */
  readonly condition?: Condition;
}

/** Where examples go. */
export interface DecodeOptions extends GivenOptions {
  /**
   * Memory for the examples, n times the numbers of one, which the result then lies in; default: new memory. With the same
   * array for each call nothing is left to the garbage collector, which matters where thousands are drawn in a loop.
   */
  readonly into?: Float32Array;
  /**
   * Draws of the likelihood in place of its mean: black and white pixels of a Bernoulli, noisy numbers of a normal, as the
   * data are. Default false.
   */
  readonly draw?: boolean;
  /** Seed of the draws; default 0. Draw i does not depend on how many are decoded. */
  readonly seed?: number;
}

/** How the prior is drawn. */
export interface DrawOptions extends GivenOptions {
  /** Default 0. Equal seeds give equal draws; draw i does not depend on how many are asked for. */
  readonly seed?: number;
  /**
   * What the draws' distance from the prior's location is multiplied by: below 1 nearer to what is typical, above 1 more varied.
   * Default 1. For priors with a location and a spread, such as normal, laplace and student-t.
   */
  readonly temperature?: number;
}

/** What draws are made with. */
export interface SeedOption {
  /** Default 0. Equal seeds give equal draws. */
  readonly seed?: number;
}

/** How examples are completed. */
export interface CompleteExamplesOptions extends SeedOption {
  /** Whether no value may come out as missing; default false. */
  readonly present?: boolean;
}

/** How `generate` draws. */
export interface GenerateOptions extends DrawOptions, DecodeOptions {}

export const givenChecks = { condition: aCondition } as const satisfies ChecksOf<GivenOptions>;
export const drawChecks = {
  seed: be.seed,
  temperature: be.number(0),
  ...givenChecks,
} as const satisfies ChecksOf<DrawOptions>;
export const decodeChecks = {
  ...givenChecks,
  into: { expected: "a Float32Array", ok: (value) => value instanceof Float32Array },
  draw: be.boolean,
  seed: be.seed,
} as const satisfies ChecksOf<DecodeOptions>;
export const completeChecks = {
  seed: be.seed,
  present: be.boolean,
} as const satisfies ChecksOf<CompleteExamplesOptions>;
/** A trained model, where a function of the API takes one. */
export const aTrainedModel = be.having(
  ["definition", "weights"],
  "a trained model, such as train(...) or loadModel(...) gives",
);
export const floats = be.tensor("float32");
const examples = be.tensor("uint8", "float32");

export function requireExamples(where: string, x: unknown, name = "x"): void {
  requireArgument(where, name, x, examples);
}

export function requireDraws(n: unknown): void {
  if (!Number.isSafeInteger(n) || (n as number) < 1)
    throw new UserError(`the number of samples must be a whole number from 1, got ${valueInWords(n)}`, 2);
}

/** Throws a UserError that names the parameter for weights of another shape than a model's, or missing ones. */
export function requireWeights({ parameters }: Vae, weights: Readonly<Record<string, Tensor>>): void {
  for (const [name, { shape }] of Object.entries(parameters)) {
    const found = weights[name]?.shape.join();
    if (found === shape.join()) continue;
    throw new UserError(
      `the weights have ${found ? `[${found}]` : "nothing"} for "${name}", expected [${shape}]`,
    );
  }
}

const aVae = be.having(["input", "parameters"], "a model, such as vae({ input: [28, 28] })");

/** The shape of a definition's examples. Throws a UserError for what is no definition. */
export function inputOf(definition: Vae): readonly number[] {
  requireArgument("TrainedVae", "the definition", definition, aVae);
  return definition.input;
}

/** Throws a UserError for what `interpolate` can't take. */
export function requireInterpolation(from: unknown, to: unknown, steps: number, options: GivenOptions): void {
  if (!Number.isInteger(steps) || steps < 2)
    throw new UserError(`interpolation takes 2 steps or more, got ${steps}`, 2);
  requireExamples("interpolate", from, "its first example");
  requireExamples("interpolate", to, "its second example");
  requireOptions("interpolate", options, givenChecks);
}
