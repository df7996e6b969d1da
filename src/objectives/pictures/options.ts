import type { ObjectiveInfo } from "../info.js";

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
