import type { Expr } from "../graph/index.js";
import { UserError } from "../tensor/index.js";
import { type ActivationName, activations } from "./activations.js";
import { linear, linearSpecs } from "./linear.js";
import type { Network } from "./network.js";
import type { ParameterSpecs, Weights } from "./parameters.js";

/** How an `mlp` is built. */
export interface MlpOptions {
  /** Between the layers, not after the last; default `relu`. */
  readonly activation?: ActivationName;
}

/**
 * A multilayer perceptron: fully connected layers of the given hidden sizes, the activation between them, and a
 * last layer without one. Its parameters are numbered as in a PyTorch `nn.Sequential` of Linear and activation:
 * `encoder.0.weight`, `encoder.2.weight`, ... Throws a UserError for a hidden size below 1.
 */
export function mlp(hidden: readonly number[], { activation = "relu" }: MlpOptions = {}): Network {
  const wrong = hidden.find((size) => !Number.isInteger(size) || size < 1);
  if (wrong !== undefined) throw new UserError(`hidden sizes must be whole numbers from 1, got ${wrong}`, 2);
  if (!(activation in activations)) {
    throw new UserError(
      `unknown activation "${activation}"; choose from ${Object.keys(activations).join(", ")}`,
      2,
    );
  }
  const activate = activations[activation];
  const layers = (inSize: number, outSize: number): { from: number; to: number; name: string }[] => {
    const sizes = [inSize, ...hidden, outSize];
    return sizes.slice(1).map((to, i) => ({ from: sizes[i] as number, to, name: String(2 * i) }));
  };
  return {
    config: { type: "mlp", hidden: [...hidden], activation },
    describe: (inSize, outSize) => [inSize, ...hidden, outSize].join("-"),
    parameters(prefix, inSize, outSize): ParameterSpecs {
      const specs = layers(inSize, outSize).map(({ from, to, name }) =>
        linearSpecs(`${prefix}.${name}`, from, to),
      );
      return Object.assign({}, ...specs) as ParameterSpecs;
    },
    apply(x: Expr, weights: Weights, prefix: string, outSize: number): Expr {
      const list = layers(x.shape.at(-1) as number, outSize);
      return list.reduce((value, { from, to, name }, i) => {
        const y = linear(value, weights, `${prefix}.${name}`, from, to);
        return i === list.length - 1 ? y : activate(y);
      }, x);
    },
  };
}
