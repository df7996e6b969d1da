import { Catalogue } from "../catalogue/index.js";
import { adagradInfo } from "./adagrad.js";
import { adamInfo } from "./adam.js";
import { adamaxInfo } from "./adamax.js";
import { adamwInfo } from "./adamw.js";
import { lionInfo } from "./lion.js";
import { nadamInfo } from "./nadam.js";
import type { Optimizer, OptimizerInfo } from "./optimizer.js";
import { radamInfo } from "./radam.js";
import { rmspropInfo } from "./rmsprop.js";
import { sgdInfo } from "./sgd.js";

/** The optimisers that can be chosen by name. */
export const optimizers = new Catalogue<Optimizer, OptimizerInfo>(
  { kind: "optimiser", members: ["name", "config", "slots", "update"] },
  [adamInfo, adamwInfo, adamaxInfo, nadamInfo, radamInfo, rmspropInfo, adagradInfo, sgdInfo, lionInfo],
);
