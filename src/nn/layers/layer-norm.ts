import { be, type ChecksOf, requireOptions } from "../../tensor/index.js";
import "../../ops/index.js";
import type { Layer } from "../layer.js";
import { filledWith, weightNamed } from "../parameters.js";
import type { LayerInfo } from "./info.js";
import { chosen } from "./options.js";

/** How a `layerNorm` layer is built. */
export interface LayerNormOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

/**
 * Layer normalisation (Ba, Kiros and Hinton, 2016), `torch.nn.LayerNorm` over all axes of an example: each example is
 * normalised by the mean and variance of its own numbers, then scaled and shifted. Parameters: `weight` (1) and `bias`
 * (0) of the example's shape. Throws a UserError for an `eps` not above 0.
 */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  requireOptions("layer-norm", options, { eps: be.positive } satisfies ChecksOf<LayerNormOptions>);
  const { eps = 1e-5 } = options;
  return {
    name: "layer-norm",
    config: chosen({ eps }, { eps: 1e-5 }),
    build(inShape) {
      const axes = inShape.map((_, i) => -1 - i);
      return {
        outShape: inShape,
        parameters: {
          weight: { shape: inShape, init: filledWith(1) },
          bias: { shape: inShape, init: filledWith(0) },
        },
        apply(x, { weights }) {
          const centred = x.sub(x.mean(axes, true));
          const scale = centred.square().mean(axes, true).add(eps).sqrt();
          const weight = weightNamed(weights, "weight", inShape);
          return centred
            .div(scale)
            .mul(weight)
            .add(weightNamed(weights, "bias", inShape));
        },
      };
    },
  };
}

/** What the catalogue knows of it. */
export const layerNormInfo: LayerInfo = {
  name: "layer-norm",
  description: "normalises each example by its own mean and variance",
  options: { eps: { type: "number", min: 0, default: 1e-5, about: "added to the variance" } },
  examples: ["layer-norm", "layer-norm(eps=0.1)"],
  shapes: [[5], [2, 3]],
  make: (options) => layerNorm(options),
};
