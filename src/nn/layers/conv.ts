import { convDown, convolutionGeometry, coarseOf, plainDown } from "../../ops/convolution/index.js";
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

/** How a `conv` layer is built. */
export type ConvOptions = KernelOptions;

/**
 * A convolution, `torch.nn.Conv1d` to `Conv3d`: examples are [length, channels], [height, width, channels] or [depth,
 * height, width, channels]. With padding `same` each axis becomes ceil(length / stride), the odd zero after the image (as
 * in TensorFlow and Keras); PyTorch's `padding=1` is `padding: 1`. Parameters: `weight` [out, channels / groups,
 * ...kernel] and `bias` [out], both uniform in +-1/sqrt(channels / groups * kernel's numbers). Throws a UserError for an
 * option out of range and, when it is built, if the kernel is larger than the padded image.
 */
export function conv(options: ConvOptions): Layer {
  requireKernelOptions(convInfo, options);
  const { out, groups = 1, padding = "same", bias = true } = options;
  return {
    name: "conv",
    config: kernelConfig(options, kernelDefaults),
    build(inShape) {
      const { space, channels } = imageShape("conv", inShape);
      requireGroups("conv", groups, channels, out);
      const kernel = kernelShape("conv", options, space.length);
      const geometry = convolutionGeometry("conv", space, kernel, { ...options, padding });
      return builtConvolution({
        inShape,
        outSpace: coarseOf(geometry),
        out,
        weightShape: [out, channels / groups, ...kernel],
        geometry,
        bias,
        init: options.init,
        form: convDown,
        plain: plainDown,
      });
    },
  };
}

/** What the catalogue knows of it. */
export const convInfo: LayerInfo = {
  name: "conv",
  description: "a convolution over images, sequences or volumes",
  options: kernelOptionInfos,
  examples: [
    "conv(out=2)",
    "conv(out=4, kernel=2, stride=2, padding=1, groups=2, bias=false)",
    "conv(out=1, kernel=3, padding=valid, dilation=1)",
    "conv(out=2, init=kaiming-normal(mode=fan-out))",
  ],
  shapes: [
    [3, 4, 2],
    [5, 2],
    [3, 3, 4, 2],
  ],
  make: (options) => conv(options as unknown as ConvOptions),
};
