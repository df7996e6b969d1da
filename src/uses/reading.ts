import { be } from "../catalogue/index.js";
import { type Binarization, binarizations, type SplitName, splitNames } from "../data/portable.js";

/** Which examples of a data set are taken, and how. */
export interface ReadingOptions {
  /** Default `test`. */
  readonly split?: SplitName;
  /** How the examples are made binary, as in training; default `none`. */
  readonly binarize?: Binarization;
  /** Seed of the noise; equal seeds give equal numbers, whatever else is read. Default 0. */
  readonly seed?: number;
}

export const readingChecks = {
  split: be.oneOf(splitNames),
  binarize: be.oneOf(binarizations),
  seed: be.seed,
} as const;
