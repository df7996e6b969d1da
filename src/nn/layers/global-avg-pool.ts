import "../../ops/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { spatialOf } from "./spatial.js";

/** The mean of each channel over all of an example: [...space, channels] to [channels]. */
export function globalAvgPool(): Layer {
  return {
    name: "global-avg-pool",
    config: {},
    build(inShape) {
      const { channels, axes } = spatialOf("global-avg-pool", inShape);
      return { outShape: [channels], apply: (x) => x.mean(axes) };
    },
  };
}

/** What the catalogue knows of it. */
export const globalAvgPoolInfo: LayerInfo = {
  name: "global-avg-pool",
  description: "the mean of each channel",
  options: {},
  shapes: [
    [3, 2, 4],
    [5, 2],
  ],
  make: globalAvgPool,
};
