import { be, type ChecksOf } from "../../catalogue/index.js";
import type { FittedTable } from "./fitted.js";

/** What a table is read with, wherever it lies. */
export interface TableReading {
  /**
   * What was learned of a table before, as a trained model's `schema.table` says: its rows are read by that, nothing is learned
   * anew, and all rows in their order are `train` and `test` both.
   */
  readonly fitted?: FittedTable;
  /** How many rows are held out, or which share below 1; 0: none, and `test` is the same as `train`. Default 0.1. */
  readonly validation?: number;
  /** Decides which rows are held out. Default 0. */
  readonly seed?: number | bigint;
}

export const tableReadingChecks = {
  fitted: be.having(["version", "schema", "columns"], "a fitted table, as a data set's schema.table is"),
  validation: be.number(0),
  seed: be.seed,
} as const satisfies ChecksOf<TableReading>;
