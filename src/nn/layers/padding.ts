import { requireEntryOptions } from "../../catalogue/index.js";
import type { Expr } from "../../graph/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { chosen } from "./options.js";
import { perAxis, requireSizes, type Sizes, spatialOf } from "./spatial.js";

/** How much is put around; each option is one number for all axes before the channels, or a list. */
export interface PaddingOptions {
  /** At both ends; default 1. */
  readonly padding?: Sizes;
  /** At the start; default `padding`. */
  readonly before?: Sizes;
  /** At the end; default `padding`. */
  readonly after?: Sizes;
}

/** A layer that lengthens the axes before the channels, with options that its entry tells of. `check` may refuse lengths. */
export function paddingLayer(
  info: LayerInfo,
  options: PaddingOptions,
  pad: (x: Expr, axis: number, before: number, after: number) => Expr,
  check: (length: number, added: number, inShape: readonly number[]) => void = () => undefined,
): Layer {
  requireEntryOptions(info, options);
  const { name } = info;
  const { padding = 1, before = padding, after = padding } = options;
  for (const [option, value] of Object.entries({ padding, before, after }))
    requireSizes(`${name}: ${option}`, value, 0);
  return {
    name,
    config: chosen<{ padding: Sizes; before: Sizes; after: Sizes }>(
      { padding, before, after },
      { padding: 1, before: padding, after: padding },
    ),
    build(inShape) {
      const { space, channels, axes } = spatialOf(name, inShape);
      const starts = perAxis(`${name}: before`, before, space.length);
      const ends = perAxis(`${name}: after`, after, space.length);
      const lengths = space.map((length, i) => {
        const added = [starts[i] as number, ends[i] as number] as const;
        for (const count of added) check(length, count, inShape);
        return length + added[0] + added[1];
      });
      return {
        outShape: [...lengths, channels],
        apply: (x) =>
          axes.reduce((value, axis, i) => pad(value, axis, starts[i] as number, ends[i] as number), x),
      };
    },
  };
}

/** Options and examples of a padding layer, as the catalogue knows them. */
export const paddingInfo: Pick<LayerInfo, "options" | "shapes"> & {
  examplesOf(name: string): readonly string[];
} = {
  options: {
    padding: { type: "sizes", default: 1, about: "numbers put at both ends of each axis" },
    before: { type: "sizes", about: "at the start; default padding" },
    after: { type: "sizes", about: "at the end; default padding" },
  },
  shapes: [
    [3, 4, 2],
    [3, 3, 1],
  ],
  examplesOf: (name) => [name, `${name}(padding=[2, 1])`, `${name}(before=[0, 1], after=2)`],
};
