import { requireEntryOptions } from "../../catalogue/index.js";
import { be } from "../../tensor/index.js";
import type { ObjectiveInfo } from "../info.js";

const anObjective = be.having(["name", "config", "build"], "an objective, such as elbo()");

/** Throws a UserError unless `options` are those of a loss for pictures, with values of their types. */
export function requireLossOptions(info: ObjectiveInfo, options: unknown): void {
  requireEntryOptions(info, options, { objective: anObjective });
}

/** What the catalogue tells of the option `of`. */
export const ofInfo: ObjectiveInfo["options"] = {
  of: {
    type: "objective",
    default: "elbo",
    about: "the objective whose reconstruction it takes the place of",
  },
};

/** What the catalogue tells of the option `weight`. */
export function weightInfo(value: number): ObjectiveInfo["options"] {
  return { weight: { type: "number", min: 0, default: value, about: "weight of an example's sum" } };
}
