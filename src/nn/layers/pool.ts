import { requireEntryOptions } from "../../catalogue/index.js";
import type { Expr } from "../../graph/index.js";
import { type PoolWindow, windowsAlong } from "../../ops/index.js";
import { formatShape, UserError } from "../../tensor/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { chosen } from "./options.js";
import { perAxis, requireSizes, type Sizes, spatialOf } from "./spatial.js";

/** How windows lie on the axes before the channels; each option is one number for all axes, or a list. */
export interface PoolOptions {
  /** Elements of a window; default 2. */
  readonly size?: Sizes;
  /** From the start of one window to that of the next; default `size`. */
  readonly stride?: Sizes;
  /** Elements put around, at most half of `size`; default 0. */
  readonly padding?: Sizes;
}

/** A layer that makes one number of each window of each channel, with options that its entry tells of. */
export function poolLayer(
  info: LayerInfo,
  options: PoolOptions,
  pool: (x: Expr, windows: readonly PoolWindow[]) => Expr,
): Layer {
  requireEntryOptions(info, options);
  const { name } = info;
  const { size = 2, stride = size, padding = 0 } = options;
  requireSizes(`${name}: size`, size);
  requireSizes(`${name}: stride`, stride);
  requireSizes(`${name}: padding`, padding, 0);
  return {
    name,
    config: chosen<{ size: Sizes; stride: Sizes; padding: Sizes }>(
      { size, stride, padding },
      { size: 2, stride: size, padding: 0 },
    ),
    build(inShape) {
      const { space, channels, axes } = spatialOf(name, inShape);
      const [sizes, strides, paddings] = Object.entries({ size, stride, padding }).map(([option, value]) =>
        perAxis(`${name}: ${option}`, value, space.length),
      ) as [readonly number[], readonly number[], readonly number[]];
      const windows = axes.map((axis, i) => ({
        axis,
        size: sizes[i] as number,
        stride: strides[i] as number,
        padding: paddings[i] as number,
      }));
      const counts = windows.map((window, i) => {
        try {
          return windowsAlong(space[i] as number, window);
        } catch (cause) {
          const of = `on examples of shape ${formatShape(inShape)}`;
          throw new UserError(`${name}: ${(cause as Error).message}, ${of}`, 2, { cause });
        }
      });
      return { outShape: [...counts, channels], apply: (x) => pool(x, windows) };
    },
  };
}

/** Options and examples of a pooling layer, as the catalogue knows them. */
export const poolInfo: Pick<LayerInfo, "options" | "shapes"> & {
  examplesOf(name: string): readonly string[];
} = {
  options: {
    size: { type: "sizes", default: 2, about: "elements of a window" },
    stride: { type: "sizes", about: "from one window to the next; default size" },
    padding: { type: "sizes", default: 0, about: "elements put around, at most half of size" },
  },
  shapes: [
    [5, 4, 2],
    [4, 4, 1],
  ],
  examplesOf: (name) => [name, `${name}(size=3, stride=[2, 1], padding=1)`],
};
