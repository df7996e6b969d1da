import { Catalogue, type Entry, type Json } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";

/** Values that a setting of a sweep may have. A value is a number; of a choice, the place among its options. */
export interface Range {
  readonly name: string;
  /** How many values there are: Infinity between two real numbers. */
  readonly count: number;
  /** The options of a choice, whose values have no order. */
  readonly options?: readonly Json[];
  /** The value at a place of the unit interval: uniform places give values as the range draws them. */
  at(place: number): number;
  /** A value's place in the unit interval; of one of several, the middle of its share. */
  placeOf(value: number): number;
  /** Points of a grid over the range: all its values, or so many of a continuous one. */
  grid(points: number): readonly number[];
}

const clamp = (place: number): number => Math.min(Math.max(place, 0), 1 - 2 ** -53);

/** One of `count` values, equally likely. */
function counted(
  name: string,
  count: number,
  value: (i: number) => number,
  index: (value: number) => number,
): Range {
  return {
    name,
    count,
    at: (place) => value(Math.floor(clamp(place) * count)),
    placeOf: (one) => (index(one) + 0.5) / count,
    grid: () => Array.from({ length: count }, (_, i) => value(i)),
  };
}

/** Numbers between two, uniform in the scale of `into`. */
function continuous(
  name: string,
  from: number,
  to: number,
  into: (x: number) => number,
  back: (x: number) => number,
): Range {
  const [low, high] = [into(from), into(to)];
  const at = (place: number): number => Math.min(Math.max(back(low + place * (high - low)), from), to);
  return {
    name,
    count: Infinity,
    at: (place) => at(clamp(place)),
    placeOf: (value) => (into(value) - low) / (high - low),
    grid: (points) => Array.from({ length: points }, (_, i) => at(points === 1 ? 0.5 : i / (points - 1))),
  };
}

const same = (x: number): number => x;

interface Ends {
  readonly from: number;
  readonly to: number;
  readonly step?: number;
}

/** The ends of a range. Throws a UserError unless both are there and in order. */
function endsOf(name: string, options: Readonly<Record<string, unknown>>): Ends {
  const { from, to } = options as Partial<Ends>;
  if (from === undefined || to === undefined) {
    throw new UserError(`${name} needs both ends, such as ${name}(from=1, to=8)`, 2);
  }
  if (from >= to) throw new UserError(`${name}: from must be less than to, got ${from} and ${to}`, 2);
  return options as unknown as Ends;
}

/** A multiple of the step above `from`, without the digits that only rounding makes. */
function stepped(name: string, { from, to, step = 1 }: Ends): Range {
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > 1e6)
    throw new UserError(`${name}: there are more than a million steps from ${from} to ${to}`, 2);
  const value = (i: number): number => Number((from + i * step).toPrecision(12));
  return counted(name, count, value, (one) => Math.round((one - from) / step));
}

function uniformFrom(options: Readonly<Record<string, unknown>>): Range {
  const ends = endsOf("uniform", options);
  return ends.step === undefined
    ? continuous("uniform", ends.from, ends.to, same, same)
    : stepped("uniform", ends);
}

function requirePositive(name: string, from: number): void {
  if (from <= 0) throw new UserError(`${name}: from must be above 0, got ${from}`, 2);
}

function logUniformFrom(options: Readonly<Record<string, unknown>>): Range {
  const { from, to } = endsOf("log-uniform", options);
  requirePositive("log-uniform", from);
  return continuous("log-uniform", from, to, Math.log, Math.exp);
}

/** Whole numbers whose logarithms are uniform: each has the share of what rounds to it. */
function logIntegerFrom(options: Readonly<Record<string, unknown>>): Range {
  const { from, to } = endsOf("log-integer", options);
  requirePositive("log-integer", from);
  const inner = continuous("log-integer", from - 0.5, to + 0.5, Math.log, Math.exp);
  const near = (value: number): number => Math.min(Math.max(Math.round(value), from), to);
  return {
    ...inner,
    count: to - from + 1,
    at: (place) => near(inner.at(place)),
    placeOf: (value) => inner.placeOf(value),
    grid: (points) => [
      ...new Set(continuous("log-integer", from, to, Math.log, Math.exp).grid(points).map(near)),
    ],
  };
}

function choiceFrom({ of }: Readonly<Record<string, unknown>>): Range {
  if (!Array.isArray(of) || of.length === 0) {
    throw new UserError("choice needs the values to choose of, such as choice(of=[relu, tanh])", 2);
  }
  return { ...counted("choice", of.length, same, same), options: of as readonly Json[] };
}

const number = { type: "number" } as const;
const whole = { type: "integer" } as const;
const lower = { about: "the least value" } as const;
const upper = { about: "the greatest value" } as const;

const entries: readonly Entry<Range>[] = [
  {
    name: "choice",
    description: "one of some values, in no order",
    options: { of: { type: "json", about: "the values; those that are names may have ranges inside" } },
    examples: ["choice(of=[relu, tanh, 3])"],
    make: choiceFrom,
  },
  {
    name: "uniform",
    description: "a number between two, or of multiples of a step",
    options: {
      from: { ...number, ...lower },
      to: { ...number, ...upper },
      step: {
        ...number,
        min: Number.MIN_VALUE,
        about: "from one value to the next; default none: every number",
      },
    },
    examples: ["uniform(from=-1, to=2)", "uniform(from=0, to=0.5, step=0.1)"],
    make: uniformFrom,
  },
  {
    name: "log-uniform",
    description: "a number above 0 whose logarithm is uniform",
    options: { from: { ...number, ...lower }, to: { ...number, ...upper } },
    examples: ["log-uniform(from=1e-4, to=0.1)"],
    make: logUniformFrom,
  },
  {
    name: "integer",
    description: "a whole number",
    options: {
      from: { ...whole, ...lower },
      to: { ...whole, ...upper },
      step: { ...whole, min: 1, about: "from one value to the next; default 1" },
    },
    examples: ["integer(from=2, to=9)", "integer(from=16, to=128, step=16)"],
    make: (options) => stepped("integer", endsOf("integer", options)),
  },
  {
    name: "log-integer",
    description: "a whole number above 0 whose logarithm is uniform",
    options: { from: { ...whole, ...lower }, to: { ...whole, ...upper } },
    examples: ["log-integer(from=2, to=64)"],
    make: logIntegerFrom,
  },
];

/** The ranges that a sweep's settings can have. */
export const ranges = new Catalogue<Range>({ kind: "range", members: ["count", "at", "placeOf"] }, entries);
