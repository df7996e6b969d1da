import "../../ops/index.js";
import { be, formatShape, requireArgument, UserError } from "../../tensor/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { spatialOf } from "./spatial.js";

/**
 * The first numbers of each axis before the channels: [...space, channels] to [...shape, channels]. Throws a UserError for
 * lengths below 1 and, when it is built, where there are fewer.
 */
export function crop(shape: readonly number[]): Layer {
  requireArgument("crop", "shape", shape, be.list(be.whole(1), 1, "[7, 7]"));
  return {
    name: "crop",
    config: { shape: [...shape] },
    build(inShape) {
      const { space, channels, axes } = spatialOf("crop", inShape);
      if (shape.length !== space.length || shape.some((length, i) => length > (space[i] as number))) {
        throw new UserError(
          `crop: ${formatShape(shape)} can't be taken of examples of shape ${formatShape(inShape)}`,
          2,
        );
      }
      return {
        outShape: [...shape, channels],
        apply: (x) => axes.reduce((value, axis, i) => value.slice(axis, 0, shape[i]), x),
      };
    },
  };
}

/** What the catalogue knows of it. */
export const cropInfo: LayerInfo = {
  name: "crop",
  description: "the first numbers of each axis before the channels",
  options: { shape: { type: "numbers", about: "how many, such as [7, 7]" } },
  examples: ["crop(shape=[2, 3])"],
  shapes: [
    [3, 4, 2],
    [2, 3, 1],
  ],
  make: ({ shape }) => crop(shape as number[]),
};
