import type { Layer } from "../layer.js";
import { averagePool } from "../../ops/index.js";
import type { LayerInfo } from "./info.js";
import { poolInfo, poolLayer, type PoolOptions } from "./pool.js";

/**
 * The mean of each window of each channel, `torch.nn.AvgPool2d` and its kind: examples [...space, channels] with 1 to 3 axes
 * before the channels. Zeros of the padding are counted; what is left over at the end of an axis belongs to no window.
 * Throws a UserError for an option that is no whole number and, when it is built, for a window longer than the axis.
 */
export function avgPool(options: PoolOptions = {}): Layer {
  return poolLayer(avgPoolInfo, options, averagePool);
}

/** What the catalogue knows of it. */
export const avgPoolInfo: LayerInfo = {
  ...poolInfo,
  name: "avg-pool",
  description: "the mean of each window",
  examples: poolInfo.examplesOf("avg-pool"),
  make: avgPool,
};
