import "../../ops/index.js";
import type { Layer } from "../layer.js";
import { partContext } from "../context.js";
import { prefixed } from "../scope.js";
import type { LayerInfo } from "./info.js";
import { linear } from "./linear.js";
import { requireSize } from "./options.js";
import { leadOf } from "./shapes.js";
import { spatialOf } from "./spatial.js";

/**
 * Squeeze and excitation (Hu, Shen and Sun, 2018): each channel is multiplied by a number from 0 to 1, which two
 * connected layers with ReLU between and a sigmoid at the end make of the means of all channels. Parameters: `fc1.weight`
 * [channels / reduction, channels], `fc1.bias`, `fc2.weight`, `fc2.bias`; at least one channel stays between. Throws a
 * UserError for a reduction below 1.
 */
export function squeezeExcite(reduction = 16): Layer {
  requireSize("squeeze-excite: reduction", reduction);
  return {
    name: "squeeze-excite",
    config: { reduction },
    build(inShape) {
      const { space, channels, axes } = spatialOf("squeeze-excite", inShape);
      const between = Math.max(1, Math.floor(channels / reduction));
      const fc1 = linear(between).build([channels]);
      const fc2 = linear(channels).build([between]);
      return {
        outShape: inShape,
        parameters: { ...prefixed("fc1", fc1.parameters), ...prefixed("fc2", fc2.parameters) },
        apply(x, context) {
          const hidden = fc1.apply(x.mean(axes), partContext(context, "fc1")).relu();
          const gates = fc2.apply(hidden, partContext(context, "fc2")).sigmoid();
          return x.mul(gates.reshape([...leadOf(x, inShape), ...space.map(() => 1), channels]));
        },
      };
    },
  };
}

/** What the catalogue knows of it. */
export const squeezeExciteInfo: LayerInfo = {
  name: "squeeze-excite",
  description: "multiplies each channel by a number made of the means of all channels",
  options: {
    reduction: {
      type: "integer",
      min: 1,
      default: 16,
      about: "how many times fewer numbers there are between",
    },
  },
  examples: ["squeeze-excite", "squeeze-excite(reduction=2)"],
  shapes: [
    [3, 2, 4],
    [5, 2],
  ],
  make: ({ reduction }) => squeezeExcite(reduction as number | undefined),
};
