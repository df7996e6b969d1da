import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { be, type ChecksOf, requireOptions, UserError } from "../../tensor/index.js";
import {
  type Initialisation,
  initialisationConfig,
  type InitialisationLike,
  initialisationOf,
} from "../init/index.js";
import type { Layer } from "../layer.js";
import { filledWith, type ParameterSpecs, uniformWithin, type Weights, weightNamed } from "../parameters.js";
import { prefixed } from "../scope.js";
import type { LayerInfo } from "./info.js";
import { requireSize } from "./options.js";

/** How a `linear` layer is built. */
export interface LinearOptions {
  /** Add a bias; default true. */
  readonly bias?: boolean;
  /** How the weight starts, such as `orthogonal`; the bias then starts at 0. Default PyTorch's: both uniform in +-1/sqrt(in). */
  readonly init?: InitialisationLike;
}

function specsOf(inSize: number, outSize: number, bias = true, init?: Initialisation): ParameterSpecs {
  const shape = [outSize, inSize];
  const usual = uniformWithin(1 / Math.sqrt(inSize));
  return {
    weight: { shape, init: init?.of(shape) ?? usual },
    ...(bias && { bias: { shape: [outSize], init: init === undefined ? usual : filledWith(0) } }),
  };
}

/** Parameters of a fully connected layer under `prefix`. */
export function linearSpecs(prefix: string, inSize: number, outSize: number): ParameterSpecs {
  return prefixed(prefix, specsOf(inSize, outSize));
}

/**
 * It is written as the transpose of weight times x transposed, which keeps activations [features, batch] from layer to
 * layer: matrix products then never have to rearrange the weights. Constant weights are rearranged once, when the engine
 * reads the model, so activations stay [batch, features] and need no transpose at the end.
 */
function applyLinear(x: Expr, weights: Weights, inSize: number, outSize: number, hasBias: boolean): Expr {
  const weight = weightNamed(weights, "weight", [outSize, inSize]);
  const bias = hasBias ? weightNamed(weights, "bias", [outSize]) : undefined;
  const rows = x.reshape([-1, inSize]);
  const upright = weight.op.name === "constant";
  const product = upright ? rows.matmul(weight.transpose()) : weight.matmul(rows.transpose());
  const sum = bias === undefined ? product : product.add(upright ? bias : bias.unsqueeze(1));
  return (upright ? sum : sum.transpose()).reshape([...x.shape.slice(0, -1), outSize]);
}

/**
 * A fully connected layer, `torch.nn.Linear`: the last axis of an example [..., in] becomes [..., out]. Parameters:
 * `weight` [out, in] and `bias` [out], both uniform in +-1/sqrt(in), or as `init` says. Throws a UserError for a size below
 * 1 and for an initialisation that isn't known.
 */
export function linear(out: number, options: LinearOptions = {}): Layer {
  requireSize("linear: out", out);
  requireOptions("linear", options, {
    bias: be.boolean,
    init: be.anything,
  } satisfies ChecksOf<LinearOptions>);
  const { bias = true, init } = options;
  const start = init === undefined ? undefined : initialisationOf(init);
  return {
    name: "linear",
    config: { out, ...(!bias && { bias }), ...(start && { init: initialisationConfig(start) }) },
    build(inShape) {
      const inSize = inShape.at(-1);
      if (inSize === undefined) throw new UserError("linear takes examples with at least one axis", 2);
      return {
        outShape: [...inShape.slice(0, -1), out],
        parameters: specsOf(inSize, out, bias, start),
        apply: (x, { weights }) => applyLinear(x, weights, inSize, out, bias),
      };
    },
  };
}

/** What the catalogue knows of it. */
export const linearInfo: LayerInfo = {
  name: "linear",
  description: "a fully connected layer on the last axis",
  options: {
    out: { type: "integer", min: 1, about: "numbers that come out" },
    bias: { type: "boolean", default: true, about: "add a bias" },
    init: { type: "init", about: "how the weight starts, such as orthogonal; default uniform as in PyTorch" },
  },
  examples: ["linear(out=4)", "linear(out=1, bias=false)", "linear(out=3, init=orthogonal(gain=2))"],
  make: ({ out, ...options }) => linear(out as number, options),
};
