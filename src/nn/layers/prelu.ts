import { requireEntryOptions } from "../../catalogue/index.js";
import "../../ops/index.js";
import type { Layer } from "../layer.js";
import { filledWith, weightNamed } from "../parameters.js";
import type { LayerInfo } from "./info.js";
import { chosen } from "./options.js";

/** How a `prelu` layer is built. */
export interface PreluOptions {
  /** A slope for each channel, the last axis, in place of one for all; default false. */
  readonly channels?: boolean;
  /** First value of the slopes; default 0.25. */
  readonly start?: number;
}

/**
 * x, or a trained slope times x below 0 (He et al., 2015), `torch.nn.PReLU`. Parameter: `weight`, [1] or [channels]. Throws a
 * UserError for a start that is no number.
 */
export function prelu(options: PreluOptions = {}): Layer {
  requireEntryOptions(preluInfo, options);
  const { channels = false, start = 0.25 } = options;
  return {
    name: "prelu",
    config: chosen({ channels, start }, { channels: false, start: 0.25 }),
    build(inShape) {
      const shape = [channels ? (inShape.at(-1) ?? 1) : 1];
      return {
        outShape: inShape,
        parameters: { weight: { shape, init: filledWith(start) } },
        apply: (x, { weights }) =>
          x.relu().sub(
            x
              .neg()
              .relu()
              .mul(weightNamed(weights, "weight", shape)),
          ),
      };
    },
  };
}

/** What the catalogue knows of it. */
export const preluInfo: LayerInfo = {
  name: "prelu",
  description: "x, or a trained slope times x below 0",
  options: {
    channels: { type: "boolean", default: false, about: "a slope for each channel" },
    start: { type: "number", default: 0.25, about: "first value of the slopes" },
  },
  examples: ["prelu", "prelu(channels=true, start=0.1)"],
  make: prelu,
};
