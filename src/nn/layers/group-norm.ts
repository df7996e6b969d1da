import { be, type ChecksOf, formatShape, requireOptions, UserError } from "../../tensor/index.js";
import type { Layer } from "../layer.js";
import { filledWith, weightNamed } from "../parameters.js";
import type { LayerInfo } from "./info.js";
import { normalised } from "./normalised.js";
import { chosen, requireSize } from "./options.js";
import { leadOf } from "./shapes.js";

/** How a `groupNorm` layer is built. */
export interface GroupNormOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

/**
 * Group normalisation (Wu and He, 2018), `torch.nn.GroupNorm`: the channels, the last axis of an example, in groups; each
 * example's groups are normalised by their own mean and variance, then each channel scaled and shifted. Parameters:
 * `weight` (1) and `bias` (0), [channels]. Throws a UserError for options out of range and, when it is built, for
 * channels that don't divide.
 */
export function groupNorm(groups: number, options: GroupNormOptions = {}): Layer {
  requireSize("group-norm: groups", groups);
  requireOptions("group-norm", options, { eps: be.positive } satisfies ChecksOf<GroupNormOptions>);
  const { eps = 1e-5 } = options;
  return {
    name: "group-norm",
    config: { groups, ...chosen({ eps }, { eps: 1e-5 }) },
    build(inShape) {
      const channels = inShape.at(-1);
      if (channels === undefined || channels % groups !== 0) {
        throw new UserError(
          `group-norm: the channels of examples of shape ${formatShape(inShape)} don't divide into ${groups} groups`,
          2,
        );
      }
      const shape = [channels];
      const apart = [...inShape.slice(0, -1), groups, channels / groups];
      // all axes of an example but the groups'
      const axes = apart.map((_, i) => i - apart.length).filter((axis) => axis !== -2);
      return {
        outShape: inShape,
        parameters: { weight: { shape, init: filledWith(1) }, bias: { shape, init: filledWith(0) } },
        apply: (x, { weights }) =>
          normalised(x.reshape([...leadOf(x, inShape), ...apart]), axes, eps)
            .reshape(x.shape)
            .mul(weightNamed(weights, "weight", shape))
            .add(weightNamed(weights, "bias", shape)),
      };
    },
  };
}

/** What the catalogue knows of it. */
export const groupNormInfo: LayerInfo = {
  name: "group-norm",
  description: "normalises groups of channels of each example by their own mean and variance",
  options: {
    groups: { type: "integer", min: 1, about: "groups that the channels are divided into" },
    eps: { type: "number", min: 0, default: 1e-5, about: "added to the variance" },
  },
  examples: ["group-norm(groups=2)", "group-norm(groups=1, eps=0.1)"],
  shapes: [[4], [3, 2, 6]],
  make: ({ groups, ...options }) => groupNorm(groups as number, options),
};
