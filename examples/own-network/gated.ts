import {
  filledWith,
  type Layer,
  type LayerInfo,
  layers,
  type Network,
  type NetworkInfo,
  networks,
  sequential,
  uniformWithin,
  UserError,
  weightNamed,
} from "latent";

/**
 * A gated linear unit (Dauphin et al., 2017): a product of x with one matrix, times a sigmoid of its product with another.
 * Parameters: `weight` [2 out, in] and `bias` [2 out].
 */
export function gatedLinear(out: number): Layer {
  if (!Number.isInteger(out) || out < 1) {
    throw new UserError(`gated-linear: out must be a whole number from 1, got ${out}`);
  }
  return {
    name: "gated-linear",
    config: { out },
    // called once for a model, with the shape of one example
    build(inShape) {
      const inSize = inShape.at(-1) ?? 1;
      const shape = [2 * out, inSize];
      return {
        outShape: [...inShape.slice(0, -1), out],
        parameters: {
          weight: { shape, init: uniformWithin(1 / Math.sqrt(inSize)) },
          bias: { shape: [2 * out], init: filledWith(0) },
        },
        // builds the graph: x has any number of axes before those of an example, such as the batch
        apply(x, { weights }) {
          const both = x
            .matmul(weightNamed(weights, "weight", shape).transpose())
            .add(weightNamed(weights, "bias", [2 * out]));
          return both.slice(-1, 0, out).mul(both.slice(-1, out).sigmoid());
        },
      };
    },
  };
}

/** What the catalogue is to know of it: then it can be written in texts and is found by saved models. */
export const gatedLinearInfo: LayerInfo = {
  name: "gated-linear",
  description: "a product with a matrix, gated by another",
  options: { out: { type: "integer", min: 1, about: "numbers that come out" } },
  examples: ["gated-linear(out=3)"],
  make: ({ out }) => gatedLinear(out as number),
};

/** How a `gated` network is built. */
export interface GatedOptions {
  /** Sizes of its layers; default [128, 64]. */
  readonly widths?: readonly number[];
}

/** Gated linear units one after the other, and a linear layer to the size that is asked for; the decoder has them in reverse. */
export function gated({ widths = [128, 64] }: GatedOptions = {}): Network {
  const flat = (inShape: readonly number[]): number => inShape.reduce((size, length) => size * length, 1);
  return {
    name: "gated",
    config: { widths },
    build(inShape, outShape) {
      const size = flat(inShape);
      const built = sequential(widths.map(gatedLinear)).build([size], outShape);
      const lead = (rank: number): number => rank - inShape.length;
      return {
        ...built,
        apply: (x, context) => built.apply(x.reshape([...x.shape.slice(0, lead(x.rank)), size]), context),
      };
    },
    // what `network: "gated"` makes of it on the way back
    decoder: () => gated({ widths: widths.toReversed() }),
  };
}

/** What the catalogue is to know of it. */
export const gatedInfo: NetworkInfo = {
  name: "gated",
  description: "gated linear units",
  options: { widths: { type: "numbers", default: [128, 64], about: "sizes of its layers" } },
  examples: ["gated(widths=[4, 3])"],
  make: ({ widths }) => gated(widths === undefined ? {} : { widths: widths as number[] }),
};

layers.add(gatedLinearInfo);
networks.add(gatedInfo);
