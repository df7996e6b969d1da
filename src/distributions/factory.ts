import { requireEntryOptions } from "../catalogue/index.js";
import { aFamily, aPart } from "./arguments.js";
import type { Family } from "./family.js";
import type { FamilyInfo } from "./info.js";

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
