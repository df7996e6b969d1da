import { type ExampleSchema, wholeSchema } from "../data/portable.js";
import { type Distribution, drawFrom } from "../distributions/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { type CompiledGraph, compile } from "../onnx/index.js";
import { quickSigmoid } from "../ops/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { modelNumbersOf, ownUnitsOf } from "./codec.js";
import { type NoiseInput, NoiseInputs } from "./noise.js";
import type { BoundVae, Vae } from "./vae.js";

/** A trained model's functions, as graphs with the weights inside and a free batch size. */
export interface ModelFunction {
  readonly graph: CompiledGraph;
  readonly noise: readonly NoiseInput[];
  /** The outputs that have a row for each example; others, such as a temperature or a codebook, are the same for all. */
  readonly perExample: ReadonlySet<string>;
}

/** Outputs as a function of a model, which is compiled. */
export function modelFunction(
  outputs: Readonly<Record<string, Expr>>,
  name: string,
  noise: readonly NoiseInput[] = [],
): ModelFunction {
  const perExample = Object.entries(outputs).filter(([, { shape }]) => typeof shape[0] === "string");
  return {
    graph: compile(outputs, { name }),
    noise,
    perExample: new Set(perExample.map(([output]) => output)),
  };
}

/** How examples come in: bytes, as the schema reads them, or floats in the data's own units. */
export type ExampleType = "uint8" | "float32";

/** What a function of a model is built with beside its weights. */
export interface FunctionOptions {
  /** Default `float32`. */
  readonly stored?: ExampleType;
  /** What the numbers of an example are; default: bytes are x/255, floats as they are. */
  readonly schema?: ExampleSchema;
}

/** Input `x` [batch, ...input], and the same as the model's numbers, flat. */
export function flatExamples(
  model: Vae,
  { stored = "float32", schema = wholeSchema(model.input) }: FunctionOptions,
): Expr {
  const x = input("x", stored, ["batch", ...model.input]);
  const plain = schema.kind !== "columns" && schema.codec.type !== "standard";
  if (plain) return modelNumbersOf(x, schema, "float32").reshape(["batch", model.dataSize]);
  return modelNumbersOf(x.reshape(["batch", model.dataSize]), schema, "float32");
}

/** A model with its weights inside and, if it is a conditional one, the condition as input `condition` [batch, classes]. */
export function bound(model: Vae, weights: Readonly<Record<string, Tensor>>): BoundVae {
  const nodes = Object.entries(weights).map(([name, value]) => [name, constant(value)] as const);
  const { condition } = model;
  return model.bind(Object.fromEntries(nodes), "float32", {
    ...(condition && { condition: input("condition", "float32", ["batch", condition.classes]) }),
  });
}

/** What an encoder puts out: a normal posterior's `mean` and `logVar`, the parameters of any other by name. */
export function posteriorOutputs(posterior: Distribution): Record<string, Expr> {
  const { loc, scale } = posterior.params;
  if (posterior.name === "normal" && loc !== undefined && scale !== undefined) {
    return { mean: loc, logVar: scale.square().log() };
  }
  const mean = posterior.mean?.();
  return { ...(mean && { mean }), ...posterior.params };
}

/**
 * As an example. Before a sigmoid the reshape costs nothing; at the end of a graph the engine copies. A picture takes
 * the engine's own sigmoid, a quarter of the time: an absolute error of 6e-8, 0 for logits below -18.
 */
function shaped(model: Vae, flat: Expr): Expr {
  const shape = ["batch", ...model.input];
  const [logits] = flat.op.name === "sigmoid" ? flat.inputs : [];
  return logits === undefined ? flat.reshape(shape) : quickSigmoid(logits.reshape(shape));
}

/** The likelihood's mean in the data's own units, as an example of the model's input shape: what a decoder shows. */
export function decodedMean(
  model: Vae,
  likelihood: Distribution,
  schema: ExampleSchema = wholeSchema(model.input),
): Expr {
  if (likelihood.mean === undefined) {
    throw new UserError(`the likelihood ${likelihood.name} has no mean, so the decoder has nothing to show`);
  }
  return shaped(model, ownUnitsOf(likelihood.mean(), schema));
}

/** `x` [batch, ...input] to the posterior's parameters [batch, ...]. */
export function encoderFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  options: FunctionOptions = {},
): ModelFunction {
  const posterior = bound(model, weights).encode(flatExamples(model, options));
  return modelFunction(posteriorOutputs(posterior), "encoder");
}

/** `x` as `encoderFunction` takes it, and noise, to `z` [batch, latent]: draws of the posterior. */
export function drawnCodesFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  options: FunctionOptions = {},
): ModelFunction {
  const posterior = bound(model, weights).encode(flatExamples(model, options));
  const noise = new NoiseInputs("float32");
  return modelFunction({ z: drawFrom(posterior, noise) }, "codes", noise.inputs);
}

/** `z` [batch, latent] to `x` [batch, ...input]: the generative model. */
export function decoderFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  { schema }: FunctionOptions = {},
): ModelFunction {
  const z = input("z", "float32", ["batch", model.latent]);
  const x = decodedMean(model, bound(model, weights).decode(z), schema);
  return modelFunction({ x }, "decoder");
}

/**
 * `z` [batch, latent] and noise to `x` [batch, ...input]: draws of the likelihood, in the data's own units. Throws a
 * UserError if the likelihood can't be drawn from.
 */
export function drawnExamplesFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  { schema = wholeSchema(model.input) }: FunctionOptions = {},
): ModelFunction {
  const z = input("z", "float32", ["batch", model.latent]);
  const noise = new NoiseInputs("float32");
  const drawn = drawFrom(bound(model, weights).decode(z), noise);
  const x = ownUnitsOf(drawn, schema).reshape(["batch", ...model.input]);
  return modelFunction({ x }, "examples", noise.inputs);
}

/** The likelihood given draws of the posterior for examples, and the noise of these. */
function drawnLikelihood(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  options: FunctionOptions,
): { readonly x: Expr; readonly likelihood: Distribution; readonly noise: NoiseInputs } {
  const x = flatExamples(model, options);
  const { encode, decode } = bound(model, weights);
  const noise = new NoiseInputs("float32");
  return { x, likelihood: decode(drawFrom(encode(x), noise)), noise };
}

/**
 * Examples `x` with NaN for what is to be found, and noise, to `completed` [batch, ...input]: z drawn from the posterior given
 * the rest, then what is missing from the likelihood given z and the rest; with `present` no value as missing. Throws a
 * UserError if the likelihood can't complete examples.
 */
export function completionFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  options: FunctionOptions & { readonly present?: boolean } = {},
): ModelFunction {
  const { x, likelihood, noise } = drawnLikelihood(model, weights, options);
  if (likelihood.complete === undefined) {
    throw new UserError(
      `the likelihood ${likelihood.name} can't complete examples of which a part is given; columns can, which tables have`,
      2,
    );
  }
  const completed = likelihood.complete(noise, x, { present: options.present ?? false });
  return modelFunction(
    { completed: completed.reshape(["batch", ...model.input]) },
    "completion",
    noise.inputs,
  );
}

/**
 * `x` and noise to `logProb` [batch, numbers]: log p of each number given all others and a draw of z, in nats, 0 where it is NaN.
 * Throws a UserError for a likelihood whose numbers don't depend on each other.
 */
export function logProbEachFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  options: FunctionOptions = {},
): ModelFunction {
  const { x, likelihood, noise } = drawnLikelihood(model, weights, options);
  if (likelihood.logProbEach === undefined) {
    throw new UserError(
      `the likelihood ${likelihood.name} does not tell log p of each number given the others`,
      2,
    );
  }
  return modelFunction({ logProb: likelihood.logProbEach(x) }, "log-prob-each", noise.inputs);
}

/** Noise to `z` [batch, latent], draws of the prior. Throws a UserError if the prior can't be drawn from. */
export function priorFunction(model: Vae, weights: Readonly<Record<string, Tensor>>): ModelFunction {
  const { prior } = bound(model, weights);
  const noise = new NoiseInputs("float32");
  const each = prior.shape.length > prior.eventRank;
  const z = drawFrom(prior, noise, each ? [] : ["batch"]);
  return modelFunction({ z }, "prior", noise.inputs);
}

/** Families whose draws are a place and a spread about it, which a temperature can scale. */
const locationScale = new Set([
  "normal",
  "laplace",
  "logistic",
  "gumbel",
  "student-t",
  "cauchy",
  "multivariate-normal",
  "low-rank-normal",
]);

/**
 * Noise and input `temperature` [] to `z` [batch, latent]: draws of the prior, whose distance from its location is multiplied by
 * the temperature. Throws a UserError if the prior has no location and spread.
 */
export function temperedPriorFunction(model: Vae, weights: Readonly<Record<string, Tensor>>): ModelFunction {
  const { prior } = bound(model, weights);
  const { loc } = prior.params;
  if (!locationScale.has(prior.name) || loc === undefined) {
    throw new UserError(
      `the prior ${prior.name} has no spread that a temperature could scale; temperature is for ` +
        `${[...locationScale].join(", ")}: leave it out, or draw from a fitted sampler`,
      2,
    );
  }
  const noise = new NoiseInputs("float32");
  const each = prior.shape.length > prior.eventRank;
  const drawn = drawFrom(prior, noise, each ? [] : ["batch"]);
  const z = drawn
    .sub(loc)
    .mul(input("temperature", "float32", []))
    .add(loc);
  return modelFunction({ z }, "tempered-prior", noise.inputs);
}

/** `x` as `encoderFunction` takes it to `probabilities` [batch, classes], q(y|x). Throws a UserError without a classifier. */
export function classifierFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  options: FunctionOptions = {},
): ModelFunction {
  const logits = bound(model, weights).classify?.(flatExamples(model, options));
  if (logits === undefined) throw new UserError("the model has no classifier, so it tells no classes", 2);
  return modelFunction({ probabilities: logits.softmax(-1) }, "classifier");
}

/** Builds a function of a model. */
export type BuildFunction = (
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  options: FunctionOptions,
) => ModelFunction;
