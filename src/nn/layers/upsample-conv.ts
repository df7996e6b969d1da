import { requireEntryOptions } from "../../catalogue/index.js";
import type { Layer } from "../layer.js";
import { conv } from "./conv.js";
import { kernelConfig } from "./convolution.js";
import type { InitialisationLike } from "../init/index.js";
import type { LayerInfo } from "./info.js";
import { requireSize } from "./options.js";
import { requireSizes, type Sizes } from "./spatial.js";
import { upsample, type UpsampleOptions } from "./upsample.js";

/** How an `upsampleConv` layer is built. */
export interface UpsampleConvOptions extends UpsampleOptions {
  /** Channels that come out. */
  readonly out: number;
  /** Size of the kernel; default 3. */
  readonly kernel?: Sizes;
  /** Add a bias; default true. */
  readonly bias?: boolean;
  /** How the weight starts; default as `conv`'s. */
  readonly init?: InitialisationLike;
}

const defaults = { scale: 2, mode: "nearest", kernel: 3, bias: true } as const;

/**
 * Upsampling and a convolution with padding `same` after it, which leaves no checkerboard as transposed convolutions can
 * (Odena, Dumoulin and Olah, 2016): examples [...space, channels] to [...space * scale, out]. Parameters: `conv`'s.
 * Throws a UserError for an option out of range.
 */
export function upsampleConv(options: UpsampleConvOptions): Layer {
  requireEntryOptions(upsampleConvInfo, options);
  const { out, scale = 2, mode = "nearest", kernel = 3, bias = true, init } = options;
  requireSize("upsample-conv: out", out);
  requireSizes("upsample-conv: scale", scale);
  requireSizes("upsample-conv: kernel", kernel);
  const larger = upsample({ scale, mode });
  const convolution = conv({ out, kernel, bias, ...(init !== undefined && { init }) });
  return {
    name: "upsample-conv",
    config: kernelConfig(options, defaults),
    build(inShape) {
      const first = larger.build(inShape);
      const second = convolution.build(first.outShape);
      return { ...second, apply: (x, context) => second.apply(first.apply(x, context), context) };
    },
  };
}

/** What the catalogue knows of it. */
export const upsampleConvInfo: LayerInfo = {
  name: "upsample-conv",
  description: "upsampling and a convolution after it",
  options: {
    out: { type: "integer", min: 1, about: "channels that come out" },
    scale: { type: "sizes", default: 2, about: "numbers for each one" },
    mode: {
      type: "text",
      choices: ["nearest", "bilinear"],
      default: "nearest",
      about: "repeat or interpolate",
    },
    kernel: { type: "sizes", default: 3, about: "size of the kernel" },
    bias: { type: "boolean", default: true, about: "add a bias" },
    init: { type: "init", about: "how the weight starts; default uniform as in PyTorch" },
  },
  examples: [
    "upsample-conv(out=2)",
    "upsample-conv(out=1, scale=[2, 1], mode=bilinear, kernel=[2, 3], bias=false, init=orthogonal)",
  ],
  shapes: [
    [2, 3, 2],
    [1, 2, 1],
  ],
  make: (options) => upsampleConv(options as unknown as UpsampleConvOptions),
};
