import type { ColumnLikelihood } from "../../catalogue/index.js";
import type { TableSchema } from "./schema.js";

/** Texts and how often each occurred in the training rows. */
export interface Counted {
  readonly texts: readonly string[];
  readonly counts: readonly number[];
}

/** Its name is a column of the schema. */
export interface FittedName {
  readonly name: string;
}

/** A column of which values may be missing. */
export interface WithMissing extends FittedName {
  /** How missing values are written and how often, if training rows have any. */
  readonly missing?: Counted;
}

/** A column that is one choice: of texts or of numbers, then rare ones together, then that it is missing. */
export interface ChoicesColumn extends WithMissing {
  readonly as: "choices";
  readonly of: "categorical" | "ordinal" | "bernoulli";
  /** Of numbers without `minus` too, as they are mostly written. */
  readonly texts: readonly string[];
  readonly counts: readonly number[];
  /** Of numbers: which they are, ascending. */
  readonly values?: readonly number[];
  /** Of numbers and ranks: where each lies, with mean 0 and deviation 1. */
  readonly points?: readonly number[];
  /** Texts that are one choice together; which of them is drawn by how often they occurred. */
  readonly rare?: Counted;
  readonly minus?: Minus;
}

/** Numbers that are coded as what they are above another column's. */
export interface Minus {
  readonly column: string;
  /** What stands for the other where that is missing. */
  readonly reference: number;
}

/** A column of numbers that are behind a gate where some repeat or are missing. */
export interface NumberColumn extends WithMissing {
  /** Numbers that are repeated so often that they are choices of their own. */
  readonly atoms?: { readonly values: readonly number[]; readonly counts: readonly number[] };
  /** The least and the greatest number of the training rows. */
  readonly range: readonly [least: number, greatest: number];
  /** All training numbers are multiples of it, if it is more than the last decimal. */
  readonly step?: number;
  readonly minus?: Minus;
}

/** Numbers as normal scores: straight lines through `knots`. */
export interface ScoresColumn extends NumberColumn {
  readonly as: "scores";
  readonly of: "mixture";
  readonly knots: { readonly x: readonly number[]; readonly z: readonly number[] };
}

/** Numbers, or their logarithms, less `mean` by `scale`. */
export interface StandardColumn extends NumberColumn {
  readonly as: "standard";
  readonly of: "normal" | "student-t" | "mixture";
  readonly log: boolean;
  readonly mean: number;
  readonly scale: number;
}

/** Counts as they are. */
export interface CountColumn extends NumberColumn {
  readonly as: "count";
  readonly of: "poisson" | "negative-binomial";
}

/** What goes round, as radians from -pi to pi. */
export interface AngleColumn extends NumberColumn {
  readonly as: "angle";
  readonly of: "von-mises";
  readonly from: number;
  readonly period: number;
}

/** Several columns that are one choice among their combinations; it stands at the first of them. */
export interface CombinedColumn extends FittedName {
  readonly as: "combined";
  readonly columns: readonly string[];
  /** Of each combination, the texts; empty for what is missing. */
  readonly texts: readonly (readonly string[])[];
  readonly counts: readonly number[];
  /** How many of them, the most frequent, are choices; the others are one together. */
  readonly choices: number;
}

/** A column that is not in the model's row. */
export type OutsideColumn =
  | (FittedName & { readonly as: "part"; readonly of: string })
  /** What another column's text, its place in `keys`, says; both may be empty. */
  | (FittedName & {
      readonly as: "determined";
      readonly by: string;
      readonly keys: readonly string[];
      readonly texts: readonly string[];
    })
  | (FittedName & { readonly as: "sum"; readonly of: readonly string[] })
  /** `next`: the number that the first new key has; `used`: of keys drawn at random, hashes of those in use. */
  | (FittedName & {
      readonly as: "key";
      readonly format: string;
      readonly next: number;
      readonly used: readonly number[];
    })
  /** The same text in every row. */
  | (FittedName & { readonly as: "same"; readonly text: string });

/** A column whose numbers are in the model's row. */
export type InsideColumn =
  | ChoicesColumn
  | ScoresColumn
  | StandardColumn
  | CountColumn
  | AngleColumn
  | CombinedColumn;

/** What was learned of one column from the training rows. */
export type FittedColumn = InsideColumn | OutsideColumn;

/**
 * A table's schema and all that was learned of its training rows: how a row becomes a model's numbers, and these a row
 * again. Plain data, which is stored with the model.
 */
export interface FittedTable {
  readonly version: 1;
  readonly schema: TableSchema;
  /** Training rows that it was learned from. */
  readonly rows: number;
  /** One a column of the schema, in its order. */
  readonly columns: readonly FittedColumn[];
}

/** Whether a column's numbers are in the model's row. */
export function isInside(column: FittedColumn): column is InsideColumn {
  return !["part", "determined", "sum", "key", "same"].includes(column.as);
}

/** Whether something of a column's values was learned, so that ranges and constraints hold in it: not of keys and what is left out. */
export function isLearned(column: FittedColumn | undefined): boolean {
  return column?.as !== "same" && column?.as !== "key";
}

/** Likelihoods of numbers behind a gate. */
export type NumberLikelihood = Exclude<ColumnLikelihood, "categorical" | "ordinal" | "bernoulli">;
