import { type Check, hasMembers } from "../catalogue/index.js";

/** A family, where a function of the API takes one. */
export const aFamily: Check = {
  expected: "a distribution, such as normal()",
  ok: (value) => typeof value === "object" && hasMembers(value, ["name", "config", "fromRaw", "prior"]),
};

/** A distribution with its parameters in place, where a function of the API takes one. */
export const aDistribution: Check = {
  expected: "a distribution with parameters, such as normal.of({ loc: 0, scale: 1 }) makes",
  ok: (value) => typeof value === "object" && hasMembers(value, ["name", "params", "shape", "logProb"]),
};

/** A part of a product, where a function of the API takes one. */
export const aPart: Check = {
  expected: "a distribution, such as normal(), or a size and a distribution, such as [2, normal()]",
  ok: (value) => aFamily.ok(value) || (Array.isArray(value) && value.length === 2 && aFamily.ok(value[1])),
};
