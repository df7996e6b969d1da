import type { Support } from "./distribution.js";
import type { Family } from "./family.js";

interface SupportRule {
  /** Such as `numbers from 0 to 1`. */
  readonly about: string;
  /** True for a number that may occur. */
  holds(x: number): boolean;
  /** For supports of whole vectors: the sum of this over the vector must be 1. */
  readonly total?: (x: number) => number;
}

const rules: Readonly<Record<Support, SupportRule>> = {
  real: { about: "finite numbers", holds: Number.isFinite },
  positive: { about: "numbers above 0", holds: (x) => x > 0 && x < Infinity },
  unitInterval: { about: "numbers from 0 to 1", holds: (x) => x >= 0 && x <= 1 },
  nonNegativeInteger: { about: "whole numbers from 0 on", holds: (x) => x >= 0 && Number.isInteger(x) },
  binary: { about: "only 0 and 1", holds: (x) => x === 0 || x === 1 },
  simplex: { about: "shares from 0 to 1 that add up to 1", holds: (x) => x >= 0 && x <= 1, total: (x) => x },
  sphere: { about: "vectors of length 1", holds: (x) => Math.abs(x) <= 1 + 1e-6, total: (x) => x * x },
  angle: { about: "angles from -pi to pi", holds: (x) => Math.abs(x) <= Math.PI + 1e-6 },
  interval: { about: "numbers between its own limits", holds: Number.isFinite },
  columns: {
    about: "finite numbers, or NaN for what is unknown",
    holds: (x) => Number.isNaN(x) || Number.isFinite(x),
  },
  product: { about: "what each part of the product takes", holds: Number.isFinite },
  oneHot: { about: "one 1 among zeros", holds: (x) => x === 0 || x === 1, total: (x) => x },
};

/** What a support holds, for messages: `numbers from 0 to 1`. */
export function describeSupport(support: Support): string {
  return rules[support].about;
}

/**
 * The first thing in `values` that is outside a support, in words, or undefined if all of it is inside. `event` is
 * the number of consecutive values that belong together, which matters for simplex, sphere and one-hot.
 *
 *     outsideSupport("unitInterval", [0, 0.5, 255], 3); // "value 2 is 255; expected numbers from 0 to 1"
 */
export function outsideSupport(support: Support, values: ArrayLike<number>, event = 1): string | undefined {
  const { about, holds } = rules[support];
  for (let i = 0; i < values.length; i++) {
    if (!holds(values[i] as number)) return `value ${i} is ${values[i]}; expected ${about}`;
  }
  for (let i = 0; i + event <= values.length; i += event) {
    const sum = wrongTotal(support, values, i, event);
    if (sum !== undefined) return `example ${i / event} adds up to ${sum}; expected ${about}`;
  }
  return undefined;
}

/** What `size` numbers add up to under a support of whole vectors, if it isn't 1. */
function wrongTotal(
  support: Support,
  values: ArrayLike<number>,
  start: number,
  size: number,
): number | undefined {
  const { total } = rules[support];
  if (total === undefined) return undefined;
  let sum = 0;
  for (let k = 0; k < size; k++) sum += total(values[start + k] as number);
  return Math.abs(sum - 1) > 1e-4 ? sum : undefined;
}

/** Numbers of an example that share a support, and the distribution that takes them. */
export interface SupportedPart {
  /** Such as `poisson` or, in a product, `clicks: poisson`. */
  readonly name: string;
  readonly support: Support;
  readonly start: number;
  readonly size: number;
}

/** The numbers of a draw of a family by support: one part, or those of a product. */
export function supportParts(family: Family, event: readonly number[], start = 0): SupportedPart[] {
  const size = event.reduce((product, dim) => product * dim, 1);
  if (family.parts === undefined) return [{ name: family.name, support: family.support, start, size }];
  return family
    .parts(event)
    .flatMap(({ key, family: own, start: from, size: count }) =>
      supportParts(own, [count], start + from).map((part) => ({ ...part, name: `${key}: ${part.name}` })),
    );
}

/** What an example has that its distribution can't have put out. */
export interface OutsidePart {
  readonly example: number;
  readonly part: SupportedPart;
  /** The number's place in the example; undefined if all of the part together are wrong. */
  readonly place: number | undefined;
  /** The number, or what those of the part add up to. */
  readonly value: number;
  readonly expected: string;
}

/** The first number of examples [n * size] that is outside the support of its part, or undefined. */
export function firstOutside(
  parts: readonly SupportedPart[],
  values: ArrayLike<number>,
  size: number,
): OutsidePart | undefined {
  for (let example = 0; (example + 1) * size <= values.length; example++) {
    for (const part of parts) {
      const { about: expected, holds } = rules[part.support];
      const from = example * size + part.start;
      for (let k = 0; k < part.size; k++) {
        const value = values[from + k] as number;
        if (!holds(value)) return { example, part, place: part.start + k, value, expected };
      }
      const sum = wrongTotal(part.support, values, from, part.size);
      if (sum !== undefined) return { example, part, place: undefined, value: sum, expected };
    }
  }
  return undefined;
}

/** Supports with a density (or probability) wherever the first has one. */
const within: Readonly<Partial<Record<Support, readonly Support[]>>> = {
  positive: ["real"],
  unitInterval: ["real", "positive"],
  angle: ["real"],
  interval: ["real"],
  binary: ["nonNegativeInteger"],
};

/**
 * True if draws of a distribution on `inner` can be looked up in the density of one on `outer`, so that their KL
 * divergence is finite. Discrete draws and those on a sphere or simplex have no density among unconstrained ones.
 */
export function isWithinSupport(inner: Support, outer: Support): boolean {
  return inner === outer || (within[inner]?.includes(outer) ?? false);
}

/** A distribution's support, with the limits of an interval where they are known. */
interface Supported {
  readonly support: Support;
  readonly limits?: readonly [number, number];
}

/** The range of numbers that a support covers, or undefined if it is of another kind or not known. */
function rangeOf({ support, limits }: Supported): readonly [number, number] | undefined {
  switch (support) {
    case "real":
      return [-Infinity, Infinity];
    case "positive":
      return [0, Infinity];
    case "unitInterval":
      return [0, 1];
    case "angle":
      return [-Math.PI, Math.PI];
    case "interval":
      return limits;
    default:
      return undefined;
  }
}

/**
 * `isWithinSupport` for distributions, which may know between which limits they lie: an interval is within what covers
 * its limits, and within an interval is what its limits cover. Where limits matter and aren't known, false.
 */
export function isWithin(inner: Supported, outer: Supported): boolean {
  if (inner.support !== "interval" && outer.support !== "interval") {
    return isWithinSupport(inner.support, outer.support);
  }
  const [a, b] = [rangeOf(inner), rangeOf(outer)];
  return a !== undefined && b !== undefined && a[0] >= b[0] && a[1] <= b[1];
}

/** A support with its limits, for messages: `positive`, `0..1`. */
export function nameSupport({ support, limits }: Supported): string {
  return support === "interval" && limits !== undefined ? limits.join("..") : support;
}
