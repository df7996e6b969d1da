import { requireEntryOptions } from "../../catalogue/index.js";
import { formatShape, sizeOf, UserError } from "../../tensor/index.js";
import type { Layer } from "../layer.js";
import { filledWith, weightNamed } from "../parameters.js";
import type { LayerInfo } from "./info.js";
import { normalised } from "./normalised.js";
import { chosen, requireWithin } from "./options.js";
import { spatialOf } from "./spatial.js";

/** How an `instanceNorm` layer is built. */
export interface InstanceNormOptions {
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
  /** Scale and shift each channel by parameters; default false, as in PyTorch. */
  readonly affine?: boolean;
}

/**
 * Instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016), `torch.nn.InstanceNorm2d` and its kind: each channel of each
 * example [...space, channels] is normalised by its own mean and variance. Parameters, if `affine`: `weight` (1) and `bias`
 * (0), [channels]. Throws a UserError for an `eps` not above 0 and, when it is built, where a channel is a single number.
 */
export function instanceNorm(options: InstanceNormOptions = {}): Layer {
  requireEntryOptions(instanceNormInfo, options);
  const { eps = 1e-5, affine = false } = options;
  requireWithin("instance-norm: eps", eps, 0, Infinity, false);
  return {
    name: "instance-norm",
    config: chosen({ eps, affine }, { eps: 1e-5, affine: false }),
    build(inShape) {
      const { space, channels, axes } = spatialOf("instance-norm", inShape);
      if (sizeOf(space) === 1) {
        throw new UserError(
          `instance-norm: each channel of examples of shape ${formatShape(inShape)} is a single number, which has no variance`,
          2,
        );
      }
      const shape = [channels];
      return {
        outShape: inShape,
        ...(affine && {
          parameters: { weight: { shape, init: filledWith(1) }, bias: { shape, init: filledWith(0) } },
        }),
        apply(x, { weights }) {
          const y = normalised(x, axes, eps);
          if (!affine) return y;
          return y.mul(weightNamed(weights, "weight", shape)).add(weightNamed(weights, "bias", shape));
        },
      };
    },
  };
}

/** What the catalogue knows of it. */
export const instanceNormInfo: LayerInfo = {
  name: "instance-norm",
  description: "normalises each channel of each example by its own mean and variance",
  options: {
    eps: { type: "number", min: 0, default: 1e-5, about: "added to the variance" },
    affine: { type: "boolean", default: false, about: "scale and shift each channel" },
  },
  examples: ["instance-norm", "instance-norm(affine=true, eps=0.1)"],
  shapes: [
    [5, 2],
    [3, 2, 2],
  ],
  make: instanceNorm,
};
