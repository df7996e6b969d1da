import { sizeOf } from "../../tensor/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { reshaped } from "./shapes.js";

/** Each example as a vector, row by row (`torch.nn.Flatten`). */
export function flatten(): Layer {
  return {
    name: "flatten",
    config: {},
    build(inShape) {
      const outShape = [sizeOf(inShape)];
      return { outShape, apply: (x) => reshaped(x, inShape, outShape) };
    },
  };
}

/** What the catalogue knows of it. */
export const flattenInfo: LayerInfo = {
  name: "flatten",
  description: "each example as a vector",
  options: {},
  make: flatten,
};
