import { constant, constantValue, type Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { fromNumbers, isFloat, sizeOf, tensor, UserError } from "../../tensor/index.js";
import type { Built, Layer } from "../layer.js";
import { type ParameterSpec, type ParameterSpecs, weightNamed } from "../parameters.js";
import { requireLayers } from "./chain.js";
import type { LayerInfo } from "./info.js";

/** `weight` as `weight_g`, the length of each of its rows, and `weight_v`, their direction; it starts as it would alone. */
function apart(weight: ParameterSpec): ParameterSpecs {
  const rows = weight.shape[0] ?? 1;
  const size = sizeOf(weight.shape) / rows;
  return {
    weight_g: {
      ...weight,
      shape: weight.shape.map((length, i) => (i === 0 ? length : 1)),
      drawnAs: "weight",
      init(out, stream) {
        const values = new Float64Array(rows * size);
        // in the type of the weight itself, whose numbers differ between the two
        const first = out instanceof Float32Array ? new Float32Array(rows * size) : values;
        weight.init(first, stream);
        values.set(first);
        for (let i = 0; i < rows; i++) {
          const row = values.subarray(i * size, (i + 1) * size);
          out[i] = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
        }
      },
    },
    weight_v: { ...weight, drawnAs: "weight" },
  };
}

/** The weight of constants, as in exported models, is one too, so that convolutions are plain there. */
function fixed(g: Expr, v: Expr): Expr | undefined {
  const [lengths, rows] = [constantValue(g)?.data, constantValue(v)?.data];
  if (lengths === undefined || rows === undefined || !isFloat(v.dtype)) return undefined;
  const size = rows.length / lengths.length;
  const numbers = Array.from(lengths, Number).flatMap((length, i) => {
    const row = Array.from(rows.slice(i * size, (i + 1) * size), Number);
    const by = length / Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    return row.map((value) => value * by);
  });
  return constant(tensor(v.dtype, v.shape as number[], fromNumbers(v.dtype, numbers)));
}

function joined(g: Expr, v: Expr): Expr {
  const whole = fixed(g, v);
  if (whole !== undefined) return whole;
  const axes = v.shape.map((_, i) => i).slice(1);
  return v.mul(g.div(v.square().sum(axes, true).sqrt()));
}

/**
 * A layer whose `weight` is given by lengths and directions of its rows (Salimans and Kingma, 2016), PyTorch's
 * `weight_norm` with `dim=0`: weight = weight_g * weight_v / |weight_v|, with `weight_g` [out, 1, ...] and `weight_v` [out,
 * in, ...] in place of `weight`. It starts as the layer would without. Throws a UserError, when it is built, for a layer
 * without a parameter `weight`, or with one of a single axis.
 */
export function weightNorm(layer: Layer): Layer {
  requireLayers("weight-norm", [layer]);
  return {
    name: "weight-norm",
    config: { layer: { name: layer.name, config: layer.config } },
    build(inShape): Built {
      const inner = layer.build(inShape);
      const { weight, ...others } = inner.parameters ?? {};
      if (weight === undefined || weight.shape.length < 2) {
        throw new UserError(
          `weight-norm takes a layer with a parameter "weight" of rows, such as linear(out=64); ${layer.name} has none`,
          2,
        );
      }
      const specs = apart(weight);
      return {
        ...inner,
        parameters: { ...specs, ...others },
        apply(x, context) {
          const [g, v] = ["weight_g", "weight_v"].map((name) =>
            weightNamed(context.weights, name, (specs[name] as ParameterSpec).shape),
          ) as [Expr, Expr];
          return inner.apply(x, { ...context, weights: { ...context.weights, weight: joined(g, v) } });
        },
      };
    },
  };
}

/** What the catalogue knows of it. */
export const weightNormInfo: LayerInfo = {
  name: "weight-norm",
  description: "a layer whose weight is given by lengths and directions of its rows",
  options: { layer: { type: "layer", about: "the layer, such as linear(out=64)" } },
  examples: ["weight-norm(layer=linear(out=3))"],
  make: ({ layer }) => weightNorm(layer as Layer),
};
