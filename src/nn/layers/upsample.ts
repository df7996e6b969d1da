import { requireEntryOptions } from "../../catalogue/index.js";
import "../../ops/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { chosen } from "./options.js";
import { perAxis, requireSizes, type Sizes, spatialOf } from "./spatial.js";

const modes = ["nearest", "bilinear"] as const;

/** How an `upsample` layer is built. */
export interface UpsampleOptions {
  /** Numbers for each one, for all axes before the channels or one for each; default 2. */
  readonly scale?: Sizes;
  /** Repeated (`nearest`, default), or interpolated between centres along each axis (`bilinear`). */
  readonly mode?: (typeof modes)[number];
}

/**
 * Longer axes before the channels, `torch.nn.Upsample` (interpolation with `align_corners=False`): examples [...space,
 * channels] to [...space * scale, channels]. Throws a UserError for a scale below 1 and a mode that isn't known.
 */
export function upsample(options: UpsampleOptions = {}): Layer {
  requireEntryOptions(upsampleInfo, options);
  const { scale = 2, mode = "nearest" } = options;
  requireSizes("upsample: scale", scale);
  return {
    name: "upsample",
    config: chosen<{ scale: Sizes; mode: string }>({ scale, mode }, { scale: 2, mode: "nearest" }),
    build(inShape) {
      const { space, channels, axes } = spatialOf("upsample", inShape);
      const scales = perAxis("upsample: scale", scale, space.length);
      const opMode = mode === "nearest" ? "nearest" : "linear";
      return {
        outShape: [...space.map((length, i) => length * (scales[i] as number)), channels],
        apply: (x) => axes.reduce((value, axis, i) => value.upsample(axis, scales[i] as number, opMode), x),
      };
    },
  };
}

/** What the catalogue knows of it. */
export const upsampleInfo: LayerInfo = {
  name: "upsample",
  description: "longer axes, by repeating or interpolating",
  options: {
    scale: { type: "sizes", default: 2, about: "numbers for each one" },
    mode: { type: "text", choices: modes, default: "nearest", about: "repeat or interpolate" },
  },
  examples: ["upsample", "upsample(scale=[3, 2], mode=bilinear)"],
  shapes: [
    [3, 2, 2],
    [1, 2, 1],
  ],
  make: upsample,
};
