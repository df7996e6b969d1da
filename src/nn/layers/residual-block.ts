import { requireEntryOptions } from "../../catalogue/index.js";
import "../../ops/index.js";
import { activationConfig, type ActivationLike, activationOf } from "../activations.js";
import type { Layer } from "../layer.js";
import { composed } from "./chain.js";
import { conv } from "./conv.js";
import type { LayerInfo } from "./info.js";
import { type Norm, norms, normLayer } from "./norms.js";
import { chosen } from "./options.js";
import { spatialOf } from "./spatial.js";

/** How a `residualBlock` layer is built. */
export interface ResidualBlockOptions {
  /** Channels that come out; default those that come in. */
  readonly out?: number;
  /** Of the first convolution; 2 halves each axis before the channels; default 1. */
  readonly stride?: number;
  /** Size of both kernels; default 3. */
  readonly kernel?: number;
  /** Before each convolution: `batch` (default), `group` or `none`. */
  readonly norm?: Norm;
  /** After each normalisation; default `relu`. */
  readonly activation?: ActivationLike;
}

/**
 * A residual block with pre-activation (He et al., 2016, "Identity mappings in deep residual networks"): x plus what twice
 * normalisation, activation and convolution make of it. Where stride or channels change, x is replaced by a convolution
 * of kernel 1 of what comes out of the first activation. Parameters: `norm1`, `conv1`, `norm2`, `conv2` and then `shortcut`,
 * each with its own; convolutions that a normalisation follows have no bias. Throws a UserError for an option out of range.
 */
export function residualBlock(options: ResidualBlockOptions = {}): Layer {
  requireEntryOptions(residualBlockInfo, options);
  const { out, stride = 1, kernel = 3, norm = "batch", activation = "relu" } = options;
  const act = activationOf(activation);
  return {
    name: "residual-block",
    config: {
      ...(out !== undefined && { out }),
      ...chosen({ stride, kernel, norm }, { stride: 1, kernel: 3, norm: "batch" }),
      ...(activationConfig(act) !== "relu" && { activation: activationConfig(act) }),
    },
    build(inShape) {
      const { channels } = spatialOf("residual-block", inShape);
      const width = out ?? channels;
      const conv1 = conv({ out: width, kernel, stride, bias: norm === "none" }).build(inShape);
      const between = conv1.outShape;
      const norm1 = normLayer(norm, channels)?.build(inShape);
      const norm2 = normLayer(norm, width)?.build(between);
      const changes = stride !== 1 || width !== channels;
      const parts = {
        ...(norm1 && { norm1 }),
        conv1,
        ...(norm2 && { norm2 }),
        conv2: conv({ out: width, kernel }).build(between),
        ...(changes && { shortcut: conv({ out: width, kernel: 1, stride, bias: false }).build(inShape) }),
      };
      const { applyPart, ...arrays } = composed(parts);
      return {
        outShape: between,
        ...arrays,
        apply(x, context) {
          const ready = act.apply(norm1 ? applyPart("norm1", x, context) : x);
          const hidden = applyPart("conv1", ready, context);
          const again = act.apply(norm2 ? applyPart("norm2", hidden, context) : hidden);
          const y = applyPart("conv2", again, context);
          return y.add(changes ? applyPart("shortcut", ready, context) : x);
        },
      };
    },
  };
}

/** What the catalogue knows of it. */
export const residualBlockInfo: LayerInfo = {
  name: "residual-block",
  description: "x plus what normalisation, activation and convolution, twice, make of it",
  options: {
    out: { type: "integer", min: 1, about: "channels that come out; default those that come in" },
    stride: { type: "integer", min: 1, default: 1, about: "of the first convolution; 2 halves each axis" },
    kernel: { type: "integer", min: 1, default: 3, about: "size of both kernels" },
    norm: { type: "text", choices: norms, default: "batch", about: "before each convolution" },
    activation: { type: "activation", default: "relu", about: "after each normalisation" },
  },
  examples: [
    "residual-block(activation=tanh)",
    "residual-block(out=3, stride=2, activation=silu, norm=group)",
    "residual-block(kernel=2, norm=none, activation=tanh)",
  ],
  shapes: [
    [3, 4, 2],
    [4, 2],
  ],
  make: (options) => residualBlock(options),
};
