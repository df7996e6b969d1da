import { be, type ChecksOf, requireOptions, sizeOf, UserError } from "../../tensor/index.js";
import { activationConfig, type ActivationLike, activationOf } from "../activations.js";
import { activation as activationLayer, linear, reshaped, sequential } from "../layers/index.js";
import type { Network } from "../network.js";
import type { NetworkInfo } from "./info.js";

/** How an `mlp` is built. */
export interface MlpOptions {
  /** Between the layers, not after the last; default `relu`. */
  readonly activation?: ActivationLike;
}

/**
 * A multilayer perceptron: examples as vectors, fully connected layers of the given hidden sizes, the activation between
 * them, and a last layer without one. Its parameters are numbered as in a PyTorch `nn.Sequential` of Linear and
 * activation: `0.weight`, `2.weight`, ... Its decoder has the hidden sizes reversed. Throws a UserError for a hidden size below 1 or an unknown activation.
 */
export function mlp(hidden: readonly number[], options: MlpOptions = {}): Network {
  requireOptions("mlp", options, { activation: be.anything } satisfies ChecksOf<MlpOptions>);
  const { activation = "relu" } = options;
  const given: unknown = hidden;
  if (!Array.isArray(given)) {
    throw new UserError(
      `hidden must be a list of whole numbers, such as [256, 128], got ${JSON.stringify(given)}`,
      2,
    );
  }
  const wrong = hidden.find((size) => !Number.isInteger(size) || size < 1);
  if (wrong !== undefined) {
    throw new UserError(`hidden sizes must be whole numbers from 1, got ${JSON.stringify(wrong)}`, 2);
  }
  const between = activationOf(activation);
  const layers = sequential(hidden.flatMap((size) => [linear(size), activationLayer(between)]));
  return {
    name: "mlp",
    config: { hidden: [...hidden], activation: activationConfig(between) },
    flat: true,
    decoder: () => mlp([...hidden].reverse(), { activation: between }),
    build(inShape, outShape) {
      const inSize = sizeOf(inShape);
      const built = layers.build([inSize], outShape);
      return {
        ...built,
        text: [inSize, ...hidden, sizeOf(outShape)].join("-"),
        apply: (x, context) => built.apply(reshaped(x, inShape, [inSize]), context),
      };
    },
  };
}

/** What the catalogue knows of it. */
export const mlpInfo: NetworkInfo = {
  name: "mlp",
  description: "a multilayer perceptron",
  options: {
    hidden: { type: "numbers", default: [256, 128], about: "sizes of the hidden layers" },
    activation: { type: "activation", default: "relu", about: "between the layers" },
  },
  examples: [
    "mlp(hidden=[6, 4])",
    "mlp(hidden=[], activation=tanh)",
    "mlp(hidden=[3], activation=leaky-relu(slope=0.2))",
  ],
  make: ({ hidden = [256, 128], ...options }) => mlp(hidden as number[], options),
};
