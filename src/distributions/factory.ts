import { type Check, hasMembers, requireEntryOptions } from "../catalogue/index.js";
import type { Family } from "./family.js";
import type { FamilyInfo } from "./info.js";

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

const aPart: Check = {
  expected: "a distribution, such as normal(), or a size and a distribution, such as [2, normal()]",
  ok: (value) => aFamily.ok(value) || (Array.isArray(value) && value.length === 2 && aFamily.ok(value[1])),
};

/**
 * The function that makes families, with what it is known by. It takes an object of the options that `info` tells of:
 * others are refused, with a suggestion.
 */
export function familyFactory<A extends unknown[], F extends Family, M extends { readonly info: FamilyInfo }>(
  make: (...args: A) => F,
  members: M,
): ((...args: A) => F) & NoInfer<M> {
  const checked = (...args: A): F => {
    const [options = {}] = args;
    requireEntryOptions(members.info, options, { family: aFamily, part: aPart });
    return make(...([options] as unknown as A));
  };
  return Object.assign(checked, members);
}
