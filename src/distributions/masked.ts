import { constant, type Expr } from "../graph/index.js";
import { linearSpecs, type ParameterSpecs, type Weights, weightNamed } from "../nn/index.js";

/** Which outputs of a layer may see which inputs: 1 or 0, [out][in]. */
type Mask = readonly (readonly number[])[];

/** The masks of an autoregressive network and its layers' sizes. */
function layersOf(
  size: number,
  hidden: readonly number[],
  outputs: number,
  context: number,
): {
  readonly sizes: readonly number[];
  readonly masks: readonly Mask[];
} {
  // the degree of a unit: how many coordinates it may see; the context has degree 0 and is seen by all
  const degrees = [
    [...Array.from({ length: size }, (_, i) => i + 1), ...new Array<number>(context).fill(0)],
    ...hidden.map((width) => Array.from({ length: width }, (_, i) => i % size)),
  ];
  const last = Array.from({ length: outputs * size }, (_, i) => i % size);
  const masks = [...degrees.slice(1), last].map((to, layer): Mask => {
    const from = degrees[layer] ?? [];
    return to.map((degree) => from.map((other) => (degree >= other ? 1 : 0)));
  });
  return { sizes: [size + context, ...hidden, outputs * size], masks };
}

/** How a masked network is built. */
export interface MaskedNetwork {
  readonly size: number;
  readonly hidden: readonly number[];
  /** Numbers put out for each coordinate. */
  readonly outputs: number;
  /** Further inputs that every unit may see. */
  readonly context: number;
}

/** Parameters of a masked network under `prefix`. */
export function maskedSpecs(
  prefix: string,
  { size, hidden, outputs, context }: MaskedNetwork,
): ParameterSpecs {
  const { sizes } = layersOf(size, hidden, outputs, context);
  return Object.assign(
    {},
    ...sizes.slice(1).map((to, i) => linearSpecs(`${prefix}.${2 * i}`, sizes[i] ?? 0, to)),
  ) as ParameterSpecs;
}

/**
 * A masked autoencoder for distribution estimation (MADE; Germain, Gregor, Murray and Larochelle, 2015): for x
 * [..., size + context] it puts out `outputs` vectors [..., size], whose i-th coordinates depend on the context and
 * the coordinates of x before the i-th only. tanh between the layers.
 */
export function maskedNetwork(
  x: Expr,
  weights: Weights,
  prefix: string,
  { size, hidden, outputs, context }: MaskedNetwork,
): Expr[] {
  const { sizes, masks } = layersOf(size, hidden, outputs, context);
  const result = masks.reduce((value, mask, i) => {
    const shape = [sizes[i + 1] ?? 0, sizes[i] ?? 0];
    const weight = weightNamed(weights, `${prefix}.${2 * i}.weight`, shape).mul(constant(mask, x.dtype));
    const bias = weightNamed(weights, `${prefix}.${2 * i}.bias`, shape.slice(0, 1));
    const y = value.matmul(weight.transpose()).add(bias);
    return i === masks.length - 1 ? y : y.tanh();
  }, x);
  return result.split(-1, new Array<number>(outputs).fill(size));
}
