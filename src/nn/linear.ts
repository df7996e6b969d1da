import type { Expr } from "../graph/index.js";
import "../ops/index.js";
import { type ParameterSpecs, uniformWithin, type Weights, weightNamed } from "./parameters.js";

/**
 * Parameters of a fully connected layer under `prefix`: `weight` [out, in] and `bias` [out], both uniform in
 * +-1/sqrt(in), which is what PyTorch's `nn.Linear` starts with.
 */
export function linearSpecs(prefix: string, inSize: number, outSize: number): ParameterSpecs {
  const init = uniformWithin(1 / Math.sqrt(inSize));
  return {
    [`${prefix}.weight`]: { shape: [outSize, inSize], init },
    [`${prefix}.bias`]: { shape: [outSize], init },
  };
}

/**
 * x [..., in] times the transposed weight plus the bias: [..., out]. It is written as the transpose of
 * weight times x transposed, which keeps activations [features, batch] from layer to layer: matrix products
 * then never have to rearrange the weights. Constant weights are rearranged once, when the engine reads the
 * model, so activations stay [batch, features] and need no transpose at the end.
 */
export function linear(x: Expr, weights: Weights, prefix: string, inSize: number, outSize: number): Expr {
  const weight = weightNamed(weights, `${prefix}.weight`, [outSize, inSize]);
  const bias = weightNamed(weights, `${prefix}.bias`, [outSize]);
  const rows = x.reshape([-1, inSize]);
  const y =
    weight.op.name === "constant"
      ? rows.matmul(weight.transpose()).add(bias)
      : weight.matmul(rows.transpose()).add(bias.unsqueeze(1)).transpose();
  return y.reshape([...x.shape.slice(0, -1), outSize]);
}
