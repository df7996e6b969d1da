import { type Distribution, drawFrom } from "../distributions/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { type CompiledGraph, compile } from "../onnx/index.js";
import { quickSigmoid } from "../ops/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { type NoiseInput, NoiseInputs } from "./noise.js";
import type { BoundVae, Vae } from "./vae.js";

/** A trained model's functions, as graphs with the weights inside and a free batch size. */
export interface ModelFunction {
  readonly graph: CompiledGraph;
  readonly noise: readonly NoiseInput[];
  /** The outputs that have a row for each example; others, such as a temperature or a codebook, are the same for all. */
  readonly perExample: ReadonlySet<string>;
}

function modelFunction(
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

/** How examples come in: bytes, which stand for x/255, or floats in 0..1. */
export type ExampleType = "uint8" | "float32";

/** Input `x` [batch, ...input], and the same as flat floats in 0..1. */
function flatExamples(model: Vae, stored: ExampleType): Expr {
  const x = input("x", stored, ["batch", ...model.input]);
  const levels = stored === "uint8" ? x.dequantize(1 / 255) : x;
  return levels.reshape(["batch", model.dataSize]);
}

function bound(model: Vae, weights: Readonly<Record<string, Tensor>>): BoundVae {
  const nodes = Object.entries(weights).map(([name, value]) => [name, constant(value)] as const);
  return model.bind(Object.fromEntries(nodes), "float32");
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

/** The likelihood's mean as an example of the model's input shape: what a decoder shows. */
export function decodedMean(model: Vae, likelihood: Distribution): Expr {
  if (likelihood.mean === undefined) {
    throw new UserError(`the likelihood ${likelihood.name} has no mean, so the decoder has nothing to show`);
  }
  return shaped(model, likelihood.mean());
}

/**
 * `x` [batch, ...input] to the posterior's parameters [batch, ...]. `stored` says what the examples are, by
 * default floats in 0..1.
 */
export function encoderFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  stored: ExampleType = "float32",
): ModelFunction {
  const posterior = bound(model, weights).encode(flatExamples(model, stored));
  return modelFunction(posteriorOutputs(posterior), "encoder");
}

/** `x` as `encoderFunction` takes it, and noise, to `z` [batch, latent]: draws of the posterior. */
export function drawnCodesFunction(
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  stored: ExampleType = "float32",
): ModelFunction {
  const posterior = bound(model, weights).encode(flatExamples(model, stored));
  const noise = new NoiseInputs("float32");
  return modelFunction({ z: drawFrom(posterior, noise) }, "codes", noise.inputs);
}

/** `z` [batch, latent] to `x` [batch, ...input]: the generative model. */
export function decoderFunction(model: Vae, weights: Readonly<Record<string, Tensor>>): ModelFunction {
  const z = input("z", "float32", ["batch", model.latent]);
  const x = decodedMean(model, bound(model, weights).decode(z));
  return modelFunction({ x }, "decoder");
}

/** Noise to `z` [batch, latent], draws of the prior. Throws a UserError if the prior can't be drawn from. */
export function priorFunction(model: Vae, weights: Readonly<Record<string, Tensor>>): ModelFunction {
  const { prior } = bound(model, weights);
  const noise = new NoiseInputs("float32");
  const z = drawFrom(prior, noise, ["batch"]);
  return modelFunction({ z }, "prior", noise.inputs);
}
