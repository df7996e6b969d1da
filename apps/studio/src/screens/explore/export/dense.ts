import { tensor, type TrainedVae } from "latent/web";

/** A layer of a decoder that a few lines of JavaScript can run: y = activation(W x + b). */
export interface Dense {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly inputs: number;
  readonly outputs: number;
}

export const activationNames = ["relu", "tanh", "sigmoid", "softplus", "elu", "silu", "identity"] as const;
export type ActivationName = (typeof activationNames)[number];
export const outputNames = ["sigmoid", "identity"] as const;

/** A decoder of dense layers alone. */
export interface DenseDecoder {
  readonly layers: readonly Dense[];
  readonly hidden: ActivationName;
  readonly output: (typeof outputNames)[number];
  /** What z is multiplied by before the first layer. */
  readonly scale: number;
  /** How many of the last layer's numbers are the example; those after them say how sure it is. */
  readonly size: number;
}

const functions: Readonly<Record<ActivationName, (x: number) => number>> = {
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  identity: (x) => x,
};

/** What a code [latent] decodes to. */
export function decodeDense(
  { layers, hidden, output, scale, size }: DenseDecoder,
  z: ArrayLike<number>,
): Float32Array {
  let values = Float32Array.from(z, (value) => value * scale);
  layers.forEach(({ weight, bias, inputs, outputs }, at) => {
    const last = at === layers.length - 1;
    const count = last ? size : outputs;
    const activation = functions[last ? output : hidden];
    const next = new Float32Array(count);
    for (let row = 0; row < count; row++) {
      let sum = bias[row] ?? 0;
      for (let i = 0; i < inputs; i++) sum += (weight[row * inputs + i] ?? 0) * (values[i] ?? 0);
      next[row] = activation(sum);
    }
    values = next;
  });
  return values;
}

type Weights = TrainedVae["weights"];

/** The dense layers among a decoder's weights; undefined if it has others. */
function layersOf(weights: Weights): Dense[] | undefined {
  const names = Object.keys(weights).filter((name) => name.startsWith("decoder."));
  const places = names
    .flatMap((name) => Number(/^decoder\.(\d+)\.weight$/.exec(name)?.[1] ?? Number.NaN))
    .filter(Number.isInteger);
  if (places.length === 0 || names.length !== 2 * places.length) return undefined;
  const found = places
    .sort((a, b) => a - b)
    .flatMap((place): Dense[] => {
      const [weight, bias] = [weights[`decoder.${place}.weight`], weights[`decoder.${place}.bias`]];
      if (weight?.shape.length !== 2 || bias === undefined) return [];
      const [outputs = 0, inputs = 0] = weight.shape;
      return [{ weight: weight.data as Float32Array, bias: bias.data as Float32Array, inputs, outputs }];
    });
  return found.length === places.length ? found : undefined;
}

/** Largest difference from the model at codes of the prior. */
async function difference(model: TrainedVae, decoder: DenseDecoder): Promise<number> {
  const { latent } = model.definition;
  const { data } = await model.samplePrior(6, { seed: 3 });
  const wanted = await model.decode(tensor("float32", [6, latent], data.slice()));
  let most = 0;
  for (let i = 0; i < 6; i++) {
    const own = decodeDense(decoder, data.subarray(i * latent, (i + 1) * latent));
    own.forEach((value, k) => {
      const error = Math.abs(value - (wanted.data[i * decoder.size + k] ?? Number.NaN));
      most = Math.max(most, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
    });
  }
  return most;
}

/**
 * The decoder of a model in plain numbers, if it is of dense layers: which activations it has is found by what agrees with the
 * model to 1e-4 at six draws of its prior. Undefined for convolutions, conditions and whatever else doesn't agree.
 */
export async function denseDecoderOf(model: TrainedVae): Promise<DenseDecoder | undefined> {
  if (model.classes !== undefined) return undefined;
  const layers = layersOf(model.weights);
  const size = model.definition.dataSize;
  if (layers === undefined || (layers.at(-1)?.outputs ?? 0) < size) return undefined;
  for (const output of outputNames) {
    for (const hidden of activationNames) {
      const decoder = { layers, hidden, output, scale: model.definition.latentScale, size };
      if ((await difference(model, decoder)) < 1e-4) return decoder;
    }
  }
  return undefined;
}
