import { requireEntryOptions } from "../../catalogue/index.js";
import { constant, type Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { formatShape, sizeOf, UserError } from "../../tensor/index.js";
import { partContext } from "../context.js";
import { initialisationOf } from "../init/index.js";
import type { Layer } from "../layer.js";
import { filledWith, weightNamed } from "../parameters.js";
import { prefixed } from "../scope.js";
import type { LayerInfo } from "./info.js";
import { linear } from "./linear.js";
import { chosen } from "./options.js";
import { spatialOf } from "./spatial.js";

/** How a `selfAttention` layer is built. */
export interface SelfAttentionOptions {
  /** Parts of the channels that attend by themselves; default 1. */
  readonly heads?: number;
  /** Add what comes out to what goes in; default true. */
  readonly residual?: boolean;
}

/**
 * softmax(q k' / sqrt(size)) v for q, k, v [..., positions, size]. The factor is a vector: ONNX Runtime would take a single
 * number into the product, where it becomes a float32 whatever the operands are.
 */
function attention(q: Expr, k: Expr, v: Expr, size: number): Expr {
  const factor = constant(Array<number>(size).fill(1 / Math.sqrt(size)), q.dtype);
  return q.mul(factor).matmul(k.matrixTranspose()).softmax().matmul(v);
}

/**
 * Every position of an example [...space, channels] looks at all others (Vaswani et al., 2017), by
 * `torch.nn.MultiheadAttention`'s formula, parameters and first values: `in_proj_weight` [3 channels, channels],
 * `in_proj_bias`, `out_proj.weight` and `out_proj.bias`. What comes out is added to x unless `residual` is false. Its
 * time and memory grow with the square of the number of positions: use it at a low resolution. Throws a UserError for heads
 * below 1 and, when it is built, for channels that don't divide.
 */
export function selfAttention(options: SelfAttentionOptions = {}): Layer {
  requireEntryOptions(selfAttentionInfo, options);
  const { heads = 1, residual = true } = options;
  return {
    name: "self-attention",
    config: chosen({ heads, residual }, { heads: 1, residual: true }),
    build(inShape) {
      const { space, channels } = spatialOf("self-attention", inShape);
      if (channels % heads !== 0) {
        throw new UserError(
          `self-attention: the channels of examples of shape ${formatShape(inShape)} don't divide into ${heads} heads`,
          2,
        );
      }
      const positions = sizeOf(space);
      const size = channels / heads;
      const out = linear(channels).build([channels]);
      const shapes = { weight: [3 * channels, channels], bias: [3 * channels] };
      return {
        outShape: inShape,
        parameters: {
          in_proj_weight: {
            shape: shapes.weight,
            init: initialisationOf("xavier-uniform").of(shapes.weight),
          },
          in_proj_bias: { shape: shapes.bias, init: filledWith(0) },
          ...prefixed("out_proj", {
            ...out.parameters,
            bias: { shape: [channels], init: filledWith(0) },
          }),
        },
        apply(x, context) {
          const weight = weightNamed(context.weights, "in_proj_weight", shapes.weight);
          const bias = weightNamed(context.weights, "in_proj_bias", shapes.bias);
          const rows = x.reshape([-1, channels]);
          const projected = rows
            .matmul(weight.transpose())
            .add(bias)
            .reshape([-1, positions, 3, heads, size])
            .transpose([2, 0, 3, 1, 4]);
          // each [batch, heads, positions, size]
          const [q, k, v] = projected.split(0, [1, 1, 1]).map((part) => part.squeeze(0)) as [
            Expr,
            Expr,
            Expr,
          ];
          const seen = attention(q, k, v, size).transpose([0, 2, 1, 3]).reshape([-1, channels]);
          const y = out.apply(seen, partContext(context, "out_proj")).reshape(x.shape);
          return residual ? x.add(y) : y;
        },
      };
    },
  };
}

/** What the catalogue knows of it. */
export const selfAttentionInfo: LayerInfo = {
  name: "self-attention",
  description: "every position looks at all others, added to x",
  options: {
    heads: { type: "integer", min: 1, default: 1, about: "parts of the channels that attend by themselves" },
    residual: { type: "boolean", default: true, about: "add what comes out to what goes in" },
  },
  examples: ["self-attention", "self-attention(heads=2, residual=false)"],
  shapes: [
    [2, 3, 4],
    [3, 2],
  ],
  make: selfAttention,
};
