import { convUp, plainUp, transposedGeometry } from "../../ops/convolution/index.js";
import type { Layer } from "../layer.js";
import {
  builtConvolution,
  imageShape,
  kernelConfig,
  kernelDefaults,
  kernelOptionInfos,
  type KernelOptions,
  kernelShape,
  requireGroups,
  requireKernelOptions,
} from "./convolution.js";
import type { LayerInfo } from "./info.js";

/** How a `convTranspose` layer is built. */
export interface ConvTransposeOptions extends KernelOptions {
  /** Pixels added at the end of each axis, below the stride; default 0. Padding `same` has its own. */
  readonly outputPadding?: number | readonly number[];
}

/**
 * A transposed convolution, `torch.nn.ConvTranspose1d` to `ConvTranspose3d`, on examples as `conv` takes them. With
 * padding `same` each axis becomes length * stride (Keras' rule), else (length - 1) * stride + dilated kernel +
 * outputPadding - padding. Parameters: `weight` [channels, out / groups, ...kernel] and `bias` [out], both uniform in
 * +-1/sqrt(out / groups * kernel's numbers), as PyTorch starts them. Throws a UserError for an option out of range.
 */
export function convTranspose(options: ConvTransposeOptions): Layer {
  requireKernelOptions(convTransposeInfo, options);
  const { out, groups = 1, padding = "same", bias = true } = options;
  return {
    name: "conv-transpose",
    config: kernelConfig(options, { ...kernelDefaults, outputPadding: 0 }),
    build(inShape) {
      const { space, channels } = imageShape("conv-transpose", inShape);
      requireGroups("conv-transpose", groups, channels, out);
      const kernel = kernelShape("conv-transpose", options, space.length);
      const geometry = transposedGeometry("conv-transpose", space, kernel, { ...options, padding });
      return builtConvolution({
        inShape,
        outSpace: geometry.fine,
        out,
        weightShape: [channels, out / groups, ...kernel],
        geometry,
        bias,
        init: options.init,
        form: convUp,
        plain: plainUp,
      });
    },
  };
}

/** What the catalogue knows of it. */
export const convTransposeInfo: LayerInfo = {
  name: "conv-transpose",
  description: "a transposed convolution over images, sequences or volumes",
  options: {
    ...kernelOptionInfos,
    outputPadding: { type: "json", default: 0, about: "pixels added at the end, below the stride" },
  },
  examples: [
    "conv-transpose(out=3, stride=2)",
    "conv-transpose(out=2, kernel=2, stride=2, padding=1, outputPadding=1, groups=2, bias=false)",
    "conv-transpose(out=1, dilation=1, padding=valid, init=zeros)",
  ],
  shapes: [
    [3, 2, 2],
    [3, 2],
    [2, 2, 2, 2],
  ],
  make: (options) => convTranspose(options as unknown as ConvTransposeOptions),
};
