import { sequential } from "../layers/index.js";
import type { Layer } from "../layer.js";
import type { NetworkInfo } from "./info.js";

/** What the catalogue of networks knows of `sequential`. */
export const sequentialNetworkInfo: NetworkInfo = {
  name: "sequential",
  description: "layers one after the other",
  options: {
    layers: {
      type: "layers",
      about: "the layers, such as [flatten, linear(out=64), relu, dropout(rate=0.1)]",
    },
    head: { type: "boolean", default: true, about: "end with a linear layer of the size that is needed" },
  },
  examples: [
    "sequential(layers=[flatten, linear(out=6), batch-norm, silu, dropout(rate=0.3)])",
    "sequential(layers=[layer-norm, residual(layers=[tanh])])",
    "sequential(layers=[flatten, linear(out=6)], head=false)",
  ],
  shapes: [
    [[4], [6]],
    [
      [2, 3],
      [3, 2],
    ],
  ],
  make: ({ layers, ...options }) => sequential(layers as readonly Layer[], options),
};
