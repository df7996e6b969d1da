import { be, type ChecksOf, formatShape, requireOptions, sizeOf, UserError } from "../../tensor/index.js";
import type { Built, Layer } from "../layer.js";
import type { BuiltNetwork, Network } from "../network.js";
import { chain, layersConfig, requireLayers } from "./chain.js";
import { flatten } from "./flatten.js";
import type { LayerInfo } from "./info.js";
import { linear } from "./linear.js";
import { reshaped } from "./shapes.js";

/** How a `sequential` is built. */
export interface SequentialOptions {
  /**
   * As a network: end with a `linear` layer that puts out as many numbers as are asked for, numbered after the last layer;
   * default true. Without, the layers themselves must end with that many.
   */
  readonly head?: boolean;
}

/** The layers and, numbered after the last of them, a `linear` layer of the size of `outShape`. */
function withHead(layers: readonly Layer[], inShape: readonly number[], outShape: readonly number[]): Built {
  const { outShape: hidden } = chain(layers, inShape);
  const head = [...(hidden.length === 1 ? [] : [flatten()]), linear(sizeOf(outShape))];
  const names = [...layers.keys(), ...(hidden.length === 1 ? [] : ["flatten"]), layers.length];
  return chain([...layers, ...head], inShape, (i) => String(names[i]));
}

/**
 * Layers one after the other, their parameters numbered from 0 (`torch.nn.Sequential`): a layer, and also a network, which
 * then ends with a `linear` layer of the size that is asked for (see `head`). Throws a UserError, when it is built, if a
 * layer does not take what the one before puts out.
 */
export function sequential(layers: readonly Layer[], options: SequentialOptions = {}): Layer & Network {
  requireLayers("sequential", layers);
  requireOptions("sequential", options, { head: be.boolean } satisfies ChecksOf<SequentialOptions>);
  const { head = true } = options;
  function build(inShape: readonly number[], outShape?: readonly number[]): BuiltNetwork {
    if (outShape === undefined) return chain(layers, inShape);
    const built = head ? withHead(layers, inShape, outShape) : chain(layers, inShape);
    if (sizeOf(built.outShape) !== sizeOf(outShape)) {
      throw new UserError(
        `the layers put out examples of shape ${formatShape(built.outShape)}, but ${formatShape(outShape)} are needed`,
        2,
      );
    }
    return {
      ...built,
      outShape,
      apply: (x, context) => reshaped(built.apply(x, context), built.outShape, outShape),
    };
  }
  return { name: "sequential", config: { layers: layersConfig(layers), ...(!head && { head }) }, build };
}

/** What the catalogue of layers knows of it. */
export const sequentialInfo: LayerInfo = {
  name: "sequential",
  description: "layers one after the other",
  options: { layers: { type: "layers", about: "the layers, such as [linear(out=64), relu]" } },
  examples: [
    "sequential(layers=[linear(out=4), relu, dropout(rate=0.2), batch-norm, linear(out=2)])",
    "sequential(layers=[])",
  ],
  make: ({ layers }) => sequential(layers as readonly Layer[]),
};
