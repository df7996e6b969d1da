import { Catalogue } from "../catalogue/index.js";
import { adamInfo } from "./adam.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";

/** The optimisers that can be chosen by name. */
export const optimizers = new Catalogue<Optimizer, OptimizerInfo>(
  { kind: "optimiser", members: ["name", "config", "slots", "update"] },
  [adamInfo],
);
