import { be, type Json, requireArgument, requireOptions, type Spec } from "../catalogue/index.js";
import { ranges } from "./space/range.js";

/** Checks a range as its catalogue does, and gives it as plain data. */
function made(name: string, config: Readonly<Record<string, Json>>): Spec {
  ranges.from({ name, config });
  return { name, config };
}

const ends = (name: string, from: number, to: number): { from: number; to: number } => {
  requireArgument(`range.${name}`, "from", from, be.number(-Infinity));
  requireArgument(`range.${name}`, "to", to, be.number(-Infinity));
  return { from, to };
};

/** How a range goes. */
export interface RangeOptions {
  /** From one value to the next; default none for `uniform`, 1 for `integer`. */
  readonly step?: number;
}

function stepOf(name: string, options: RangeOptions): RangeOptions {
  requireOptions(`range.${name}`, options, { step: be.positive });
  return options.step === undefined ? {} : { step: options.step };
}

/** Values that a setting of a sweep may have. Each throws a UserError for ends that are out of order or out of range. */
export const range = {
  /** One of some values, in no order; those that are names with options, such as `"beta-vae(beta=...)"`, may have ranges inside. */
  choice(of: readonly Json[]): Spec {
    requireArgument("range.choice", "the values", of, be.list(be.anything, 1, "[1, 2]"));
    return made("choice", { of });
  },
  /** A number between two, all equally likely; with `step`, a multiple of it above `from`. */
  uniform(from: number, to: number, options: RangeOptions = {}): Spec {
    return made("uniform", { ...ends("uniform", from, to), ...stepOf("uniform", options) });
  },
  /** A number above 0 whose logarithm is uniform: for learning rates. */
  logUniform(from: number, to: number): Spec {
    return made("log-uniform", ends("logUniform", from, to));
  },
  /** A whole number from `from` to `to`, both included. */
  integer(from: number, to: number, options: RangeOptions = {}): Spec {
    return made("integer", { ...ends("integer", from, to), ...stepOf("integer", options) });
  },
  /** A whole number above 0 whose logarithm is uniform: for sizes. */
  logInteger(from: number, to: number): Spec {
    return made("log-integer", ends("logInteger", from, to));
  },
} as const;
