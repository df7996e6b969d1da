import type { Detection } from "./detection.js";
import type { Efficacy } from "./efficacy.js";
import type { Privacy } from "./privacy.js";
import type { Validity } from "./validity.js";

/** Shapes of columns and of pairs of columns; see {@link TableQuality}. */
export interface Resemblance {
  readonly shapes: number;
  readonly pairs: number | null;
  readonly overall: number | null;
  readonly missing_diff: number;
  readonly shapes_number: number | null;
  readonly shapes_category: number | null;
  readonly pairs_correlation: number | null;
  readonly pairs_contingency: number | null;
}

/** The scores of single columns and the worst pairs. */
export interface ResemblanceDetails {
  readonly shape_by_column: Readonly<Record<string, number>>;
  readonly missing_diff_by_column: Readonly<Record<string, number>>;
  readonly worst_pairs: readonly (readonly [a: string, b: string, score: number])[];
}

/**
 * Figures of a synthetic table; those that were not asked for, or that need a table that was not given, are missing.
 *
 * - `shapes`, `pairs`, `overall` (0 to 1, 1 best): how alike columns are by themselves (Kolmogorov-Smirnov for numbers, total
 *   variation for categories), how alike they hang together two by two, and the mean of both, as the Quality Report of
 *   SDMetrics has it; `missing_diff` (0 best) by how much the shares of missing cells differ.
 * - `validity`, `integer`, `category_coverage`, `range_coverage` (1 best): the shares of synthetic values within the real range or
 *   among the real categories, of whole values where real ones are whole, of the real categories that occur, of the real
 *   range that is spanned.
 * - `detection_auc`, `detection_auc_logistic` (0.5 best, 1 worst): ROC-AUC of boosted trees and of a logistic regression that tell
 *   synthetic rows from real ones, out of fold, on `detection_rows` rows of each.
 * - `efficacy`: how well a model that was trained on either table predicts the target in the held-out rows; `ratio` near 1 is best.
 * - `closer_to_train` (0.5 best, 1 memorised): the share of synthetic rows that are nearer to a training row than to a held-out
 *   one, corrected for how many there are of each; `_raw` is not corrected, and `_raw_private` what it would be of rows that
 *   know neither. `dcr_median` and `dcr_p05`: distance to the closest training record, 0 to 1; `_real` the same of held-out rows.
 * - `copies`, `copies_test`, `duplicates`: the shares of synthetic and of held-out rows that equal a training row, and of synthetic
 *   rows that repeat an earlier one.
 */
export interface TableQuality
  extends Partial<Resemblance>,
    Partial<ResemblanceDetails>,
    Partial<Validity>,
    Partial<Detection>,
    Partial<Privacy> {
  readonly rows: { readonly train: number; readonly test: number; readonly synthetic: number };
  /** How many columns are numbers, dates and categories. */
  readonly kinds: { readonly num: number; readonly date: number; readonly cat: number };
  readonly efficacy?: Efficacy;
  /** Columns that are not compared and why, if there are any. */
  readonly left_out?: Readonly<Record<string, string>>;
}

/** The groups of figures that can be asked for. */
export const qualityParts = ["shapes", "pairs", "validity", "detection", "efficacy", "privacy"] as const;

export type QualityPart = (typeof qualityParts)[number];
