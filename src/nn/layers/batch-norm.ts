import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { be, type ChecksOf, isStatic, requireOptions, sizeOf, UserError } from "../../tensor/index.js";
import type { NetworkContext } from "../context.js";
import type { Layer } from "../layer.js";
import { filledWith, weightNamed } from "../parameters.js";
import type { LayerInfo } from "./info.js";
import { chosen } from "./options.js";

/** How a `batchNorm` layer is built. */
export interface BatchNormOptions {
  /** The share of a batch's statistics in the next running ones; default 0.1. */
  readonly momentum?: number;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

const checks = { momentum: be.number(0, 1), eps: be.positive } as const satisfies ChecksOf<BatchNormOptions>;

interface Statistics {
  readonly mean: Expr;
  readonly variance: Expr;
}

/** Statistics of the last axis over all others, and the running ones moved towards them. */
function ofBatch(x: Expr, momentum: number, { state }: NetworkContext): Statistics {
  const others = x.shape.slice(0, -1);
  const axes = others.map((_, axis) => axis);
  const n = sizeOf(others);
  const mean = x.mean(axes);
  const variance = x.sub(mean).square().mean(axes);
  const move = (name: string, seen: Expr): void => {
    state.write(
      name,
      state
        .read(name)
        .mul(1 - momentum)
        .add(seen.stopGradient().mul(momentum)),
    );
  };
  move("running_mean", mean);
  // the running variance is the unbiased one, as PyTorch's
  move("running_var", variance.mul(n / (n - 1)));
  return { mean, variance };
}

/**
 * Batch normalisation (Ioffe and Szegedy, 2015), `torch.nn.BatchNorm1d` and its kind: each feature, which is the last
 * axis of an example, is normalised over all other axes, in training by the batch's statistics and in evaluation by the
 * running ones, then scaled and shifted. Parameters: `weight` (1) and `bias` (0), [features]; state: `running_mean` (0)
 * and `running_var` (1), [features]. A batch of a single row has no variance: it is normalised by the running
 * statistics and leaves them as they are. Throws a UserError for an option out of range.
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  requireOptions("batch-norm", options, checks);
  const { momentum = 0.1, eps = 1e-5 } = options;
  return {
    name: "batch-norm",
    config: chosen({ momentum, eps }, { momentum: 0.1, eps: 1e-5 }),
    build(inShape) {
      const features = inShape.at(-1);
      if (features === undefined) throw new UserError("batch-norm takes examples with at least one axis", 2);
      const shape = [features];
      return {
        outShape: inShape,
        parameters: {
          weight: { shape, init: filledWith(1) },
          bias: { shape, init: filledWith(0) },
        },
        state: {
          running_mean: { shape, init: filledWith(0) },
          running_var: { shape, init: filledWith(1) },
        },
        apply(x, context) {
          if (context.mode === "train" && !isStatic(x.shape)) {
            throw new Error("batch-norm is trained on batches of a fixed size");
          }
          const weight = weightNamed(context.weights, "weight", shape);
          const bias = weightNamed(context.weights, "bias", shape);
          const scaleOf = (variance: Expr): Expr => weight.div(variance.add(eps).sqrt());
          if (context.mode === "train" && sizeOf(x.shape) > features) {
            const { mean, variance } = ofBatch(x, momentum, context);
            return x.sub(mean).mul(scaleOf(variance)).add(bias);
          }
          // one product and one sum, which engines take into the convolution before
          const scale = scaleOf(context.state.read("running_var"));
          return x.mul(scale).add(bias.sub(context.state.read("running_mean").mul(scale)));
        },
      };
    },
  };
}

/** What the catalogue knows of it. */
export const batchNormInfo: LayerInfo = {
  name: "batch-norm",
  description: "normalises each feature over the batch, in evaluation by running statistics",
  options: {
    momentum: {
      type: "number",
      min: 0,
      max: 1,
      default: 0.1,
      about: "share of a batch in the running statistics",
    },
    eps: { type: "number", min: 0, default: 1e-5, about: "added to the variance" },
  },
  examples: ["batch-norm", "batch-norm(momentum=0.5, eps=0.01)"],
  make: (options) => batchNorm(options),
};
