import { type Distribution, drawFrom } from "../distributions/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { type CompiledGraph, compile } from "../onnx/index.js";
import "../ops/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { type NoiseInput, NoiseInputs } from "./noise.js";
import type { BoundVae, Vae } from "./vae.js";

/** A trained model's functions, as graphs with the weights inside and a free batch size. */
export interface ModelFunction {
  readonly graph: CompiledGraph;
  readonly noise: readonly NoiseInput[];
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

function shaped(model: Vae, flat: Expr): Expr {
  return flat.reshape(["batch", ...model.input]);
}

/** The likelihood's mean as an example of the model's input shape: what a decoder shows. */
export function decodedMean(model: Vae, likelihood: Distribution): Expr {
  if (likelihood.mean === undefined) {
    throw new UserError(`the likelihood ${likelihood.name} has no mean, so the decoder has nothing to show`);
  }
  return shaped(model, likelihood.mean());
}

/** `images` [batch, ...input] in 0..1 to the posterior's parameters [batch, ...]. */
export function encoderFunction(model: Vae, weights: Readonly<Record<string, Tensor>>): ModelFunction {
  const images = input("images", "float32", ["batch", ...model.input]);
  const posterior = bound(model, weights).encode(images.reshape(["batch", model.dataSize]));
  return { graph: compile(posteriorOutputs(posterior), { name: "encoder" }), noise: [] };
}

/** `images` [batch, ...input] and noise to `z` [batch, latent]: draws of the posterior. */
export function drawnCodesFunction(model: Vae, weights: Readonly<Record<string, Tensor>>): ModelFunction {
  const images = input("images", "float32", ["batch", ...model.input]);
  const posterior = bound(model, weights).encode(images.reshape(["batch", model.dataSize]));
  const noise = new NoiseInputs("float32");
  return { graph: compile({ z: drawFrom(posterior, noise) }, { name: "codes" }), noise: noise.inputs };
}

/** `z` [batch, latent] to `images` [batch, ...input]: the generative model. */
export function decoderFunction(model: Vae, weights: Readonly<Record<string, Tensor>>): ModelFunction {
  const z = input("z", "float32", ["batch", model.latent]);
  const images = decodedMean(model, bound(model, weights).decode(z));
  return { graph: compile({ images }, { name: "decoder" }), noise: [] };
}

/** Noise to `z` [batch, latent], draws of the prior. Throws a UserError if the prior can't be drawn from. */
export function priorFunction(model: Vae, weights: Readonly<Record<string, Tensor>>): ModelFunction {
  const { prior } = bound(model, weights);
  const noise = new NoiseInputs("float32");
  const z = drawFrom(prior, noise, ["batch"]);
  return { graph: compile({ z }, { name: "prior" }), noise: noise.inputs };
}
