import "../../ops/index.js";
import { formatShape, UserError } from "../../tensor/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { requireSize } from "./options.js";
import { spatialOf } from "./spatial.js";

/**
 * Channels put beside each other, `torch.nn.PixelShuffle` (Shi et al., 2016): [h, w, c * factor * factor] to [h * factor,
 * w * factor, c], and the same for sequences and volumes. Throws a UserError for a factor below 1 and, when it is built,
 * for channels that don't divide.
 */
export function pixelShuffle(factor = 2): Layer {
  requireSize("pixel-shuffle: factor", factor);
  return {
    name: "pixel-shuffle",
    config: { factor },
    build(inShape) {
      const { space, channels } = spatialOf("pixel-shuffle", inShape);
      const parts = factor ** space.length;
      if (channels % parts !== 0) {
        throw new UserError(
          `pixel-shuffle: the ${channels} channels of ${formatShape(inShape)} don't divide by ${parts}`,
          2,
        );
      }
      return {
        outShape: [...space.map((length) => length * factor), channels / parts],
        apply: (x) => x.pixelShuffle(factor, space.length),
      };
    },
  };
}

/** What the catalogue knows of it. */
export const pixelShuffleInfo: LayerInfo = {
  name: "pixel-shuffle",
  description: "channels put beside each other, for longer axes",
  options: { factor: { type: "integer", min: 1, default: 2, about: "how much longer" } },
  examples: ["pixel-shuffle", "pixel-shuffle(factor=2)"],
  shapes: [
    [2, 3, 8],
    [3, 4],
  ],
  make: ({ factor }) => pixelShuffle(factor as number | undefined),
};
