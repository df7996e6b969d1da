import { Catalogue, type Entry } from "../catalogue/index.js";
import { adam } from "./adam.js";
import type { Optimizer } from "./optimizer.js";

/** What is known of an optimiser that can be chosen by name. */
export interface OptimizerInfo extends Entry<Optimizer> {
  /**
   * Options that a resumed run may change, since what the optimiser has kept so far stays right: for Adam the learning
   * rate, but not the decays, with which its moments were summed.
   */
  readonly changeable: readonly string[];
}

/** The optimisers that can be chosen by name. */
export const optimizers = new Catalogue<Optimizer, OptimizerInfo>(
  { kind: "optimiser", members: ["name", "config", "slots", "update"] },
  [
    {
      name: "adam",
      description: "Adam (Kingma and Ba, 2015)",
      options: {
        lr: { type: "number", default: 1e-3, about: "learning rate" },
        beta1: { type: "number", min: 0, default: 0.9, about: "decay of the mean of gradients" },
        beta2: { type: "number", min: 0, default: 0.999, about: "decay of the mean of squared gradients" },
        eps: { type: "number", min: 0, default: 1e-8, about: "added to the root" },
      },
      examples: ["adam", "adam(lr=0.002)", "adam(beta1=0.5, beta2=0.9, eps=1e-7)"],
      changeable: ["lr", "eps"],
      make: (options) => adam(options),
    },
  ],
);
