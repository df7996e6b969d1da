import {
  be,
  type Check,
  type ChecksOf,
  hasMembers,
  requireArgument,
  requireOptions,
} from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import { type QualityPart, qualityParts, type TableQuality } from "./table/quality.js";
import type { TableRow, TextTable } from "./table/text-table.js";

/**
 * A table: a file as `datasets.table` reads it (CSV, JSON, Parquet, DuckDB, SQLite) or an SQL query, rows as objects by column, or a
 * `TextTable` that another reader makes.
 */
export type TableSource = string | readonly TableRow[] | TextTable;

/** Options of {@link tableQuality}. */
export interface TableQualityOptions {
  /** Real rows that the synthetic ones were not made from. Without them efficacy and what compares with them is left out. */
  readonly test?: TableSource;
  /** The column to predict for `efficacy`; takes `test`. */
  readonly target?: string;
  /**
   * A table's schema (docs/tables.md) or the path of one, or only some columns' kinds, `{ columns: { age: { kind: "number" } } }`; default: of
   * a file it is inferred. SDV's metadata tell kinds too.
   */
  readonly schema?: string | object;
  /** Which of the schema's tables. */
  readonly table?: string;
  /** Columns that are categories even if they look like numbers. */
  readonly categorical?: readonly string[];
  /** Which figures; default all. */
  readonly only?: readonly QualityPart[];
  /** Picks the rows that are compared and the folds, from 0 to 2^32 - 1; default 0. */
  readonly seed?: number;
  /** Adds the scores of single columns and the ten worst pairs; default false. */
  readonly details?: boolean;
  /** Where to write a report with pictures, a `.html` file. */
  readonly report?: string;
}

const aTable: Check = {
  expected: 'the path of a table such as train.csv, or a list of rows such as [{ age: 39, sex: "Male" }]',
  ok: (value) =>
    be.text.ok(value) ||
    (Array.isArray(value) &&
      value.every((row) => typeof row === "object" && row !== null && !Array.isArray(row))) ||
    (hasMembers(value, ["name", "columns", "rows", "cells"]) &&
      be.callable.ok((value as { cells: unknown }).cells) &&
      be.list(be.anything).ok((value as { columns: unknown }).columns)),
};

const aSchema: Check = {
  expected: 'the path of a JSON file, or an object like { columns: { age: { kind: "number" } } }',
  ok: (value) => be.text.ok(value) || (typeof value === "object" && value !== null),
};

const checks = {
  test: aTable,
  target: be.text,
  schema: aSchema,
  table: be.text,
  categorical: be.list(be.text, 0, '["zip"]'),
  only: be.list(be.oneOf(qualityParts), 1, '["shapes", "privacy"]'),
  seed: be.whole(0, 2 ** 32 - 1),
  details: be.boolean,
  report: be.text,
} as const satisfies ChecksOf<TableQualityOptions>;

async function tableOf(source: TableSource, name: string): Promise<TextTable> {
  const { readTextTable, tableOfRows } = await import("./table/text-table.js");
  if (typeof source === "string") return readTextTable(source);
  return "cells" in source ? source : tableOfRows(source, name);
}

/**
 * Measures how good a synthetic table is beside the real one that it was made from: whether columns and pairs of columns are
 * distributed alike, values are valid, rows can be told from real ones, models can be trained on them, and whether they give real
 * rows away. Figures and their names are in {@link TableQuality}; shapes and pairs follow the Quality Report of SDMetrics,
 * detection Lopez-Paz and Oquab (2017), efficacy "train on synthetic, test on real" (Esteban et al., 2017).
 *
 *     const { overall, detection_auc, efficacy } = await tableQuality("train.csv", "synthetic.csv", {
 *       test: "test.csv",
 *       target: "income",
 *     });
 *
 * Empty cells are missing. Of a file a schema is inferred as `inferTableSchema` does unless one is given: numbers, dates and times are read
 * in their formats, and keys, texts, personal data, constants and columns that a schema doesn't use are not compared (`left_out` says so)
 * unless `target` or `categorical` names them. A column is then a number if all its cells are and more than two differ, a date if all look
 * like 2024-05-31, else a category. Throws a UserError if a file can't be read, a column of the training table is lacking elsewhere, the
 * target is no column, or there are too few rows.
 */
export async function tableQuality(
  train: TableSource,
  synthetic: TableSource,
  options: TableQualityOptions = {},
): Promise<TableQuality> {
  requireArgument("tableQuality", "train", train, aTable);
  requireArgument("tableQuality", "synthetic", synthetic, aTable);
  requireOptions("tableQuality", options, checks);
  const { test, target, categorical = [], only, seed = 0, details = false, report } = options;
  if (target !== undefined && test === undefined) {
    throw new UserError("the target is predicted in held-out real rows: give them too, as `test`", 2);
  }
  if (only?.includes("efficacy") && target === undefined) {
    throw new UserError("efficacy predicts a column: say which one, as `target`, and give `test`", 2);
  }
  if (report !== undefined && !/\.html?$/i.test(report)) {
    throw new UserError(`the report must end in .html, got "${report}"`, 2);
  }
  const given = {
    train: await tableOf(train, "the training rows"),
    synthetic: await tableOf(synthetic, "the synthetic rows"),
    test: test === undefined ? undefined : await tableOf(test, "the test rows"),
  };
  const { preparedTables } = await import("./table/prepared.js");
  const named = [...categorical, ...(target === undefined ? [] : [target])];
  const source = typeof train === "string" ? train : undefined;
  const {
    compared,
    kinds,
    leftOut: left_out,
  } = await preparedTables(given, { source, schema: options.schema, table: options.table, named });
  const { measureTables } = await import("./table/measure.js");
  const measured = measureTables(compared, {
    target,
    schema: kinds,
    categorical,
    parts: only ?? qualityParts,
    details,
    seed,
  });
  if (report !== undefined) {
    const { writeTableReport } = await import("./report/table-report.js");
    await writeTableReport(measured, compared, target, report);
  }
  return Object.keys(left_out).length === 0 ? measured.quality : { ...measured.quality, left_out };
}
