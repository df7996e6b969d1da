import { maxPool as maxPoolOp } from "../../ops/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { poolInfo, poolLayer, type PoolOptions } from "./pool.js";

/**
 * The largest number of each window of each channel, `torch.nn.MaxPool2d` and its kind: examples [...space, channels] with 1
 * to 3 axes before the channels. Of equal numbers the first gets the gradient. Throws a UserError for an option that is
 * no whole number and, when it is built, for a window longer than the axis.
 */
export function maxPool(options: PoolOptions = {}): Layer {
  return poolLayer(maxPoolInfo, options, maxPoolOp);
}

/** What the catalogue knows of it. */
export const maxPoolInfo: LayerInfo = {
  ...poolInfo,
  name: "max-pool",
  description: "the largest number of each window",
  examples: poolInfo.examplesOf("max-pool"),
  make: maxPool,
};
