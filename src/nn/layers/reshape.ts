import { be, formatShape, requireArgument, sizeOf, UserError } from "../../tensor/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { requireSize } from "./options.js";
import { reshaped } from "./shapes.js";

/**
 * Each example in another shape, row by row (`torch.nn.Unflatten`). Throws a UserError if a length is below 1 and,
 * when it is built, if an example has another number of numbers.
 */
export function reshapeTo(shape: readonly number[]): Layer {
  requireArgument("reshape", "the shape", shape, be.list(be.anything, 0, "[28, 28]"));
  for (const length of shape) requireSize("reshape: each length of shape", length);
  return {
    name: "reshape",
    config: { shape: [...shape] },
    build(inShape) {
      if (sizeOf(inShape) !== sizeOf(shape)) {
        throw new UserError(
          `reshape: examples of shape ${formatShape(inShape)} don't have the ${sizeOf(shape)} numbers of ${formatShape(shape)}`,
          2,
        );
      }
      return { outShape: [...shape], apply: (x) => reshaped(x, inShape, shape) };
    },
  };
}

/** What the catalogue knows of it. */
export const reshapeInfo: LayerInfo = {
  name: "reshape",
  description: "each example in another shape",
  options: { shape: { type: "numbers", about: "the shape, such as [7, 7, 64]" } },
  examples: ["reshape(shape=[3, 2])", "reshape(shape=[6])"],
  shapes: [[6], [2, 3]],
  make: ({ shape }) => reshapeTo(shape as number[]),
};
