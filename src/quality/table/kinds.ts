import { suggestion } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import { looksLikeDate, numberOf } from "./numbers.js";
import type { TextTable } from "./text-table.js";

/** What a column is to the metric: a number, a date (measured as one), or a category. */
export type QualityKind = "num" | "date" | "cat";

/** What is known of kinds beforehand. */
export interface KindHints {
  /** Columns to take as categories whatever they look like. */
  readonly categorical: readonly string[];
  /** Kinds from a schema by column. */
  readonly schema: Readonly<Record<string, QualityKind>>;
}

/** Whether all cells that are there are numbers as the metric reads them, or all look like dates to it. */
export function isReadable(cells: readonly string[]): boolean {
  const present = cells.filter((cell) => cell !== "");
  return present.every(looksLikeDate) || present.every((cell) => !Number.isNaN(numberOf(cell)));
}

/** What a column is by what its cells look like. */
export function kindOfCells(cells: readonly string[]): QualityKind {
  const present = cells.filter((cell) => cell !== "");
  if (present.length === 0) return "cat";
  if (present.every(looksLikeDate)) return "date";
  if (!present.every((cell) => !Number.isNaN(numberOf(cell)))) return "cat";
  return new Set(present).size > 2 ? "num" : "cat";
}

/** The kind of each column of the training table: told by hints, else by what its cells look like. */
export function kindsOf(train: TextTable, { categorical, schema }: KindHints): QualityKind[] {
  const unknown = categorical.find((name) => !train.columns.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`${train.name} has no column "${unknown}"; ${suggestion(unknown, train.columns)}`, 2);
  }
  return train.columns.map((name, i) => {
    if (categorical.includes(name)) return "cat";
    return (Object.hasOwn(schema, name) ? schema[name] : undefined) ?? kindOfCells(train.cells(i));
  });
}

const numeric = ["integer", "float", "numerical", "number", "count", "positive", "share", "int", "numeric"];
const dated = ["datetime", "date"];

function kindOfWord(word: unknown): QualityKind {
  const text = String(word).toLowerCase();
  if (numeric.includes(text)) return "num";
  return dated.includes(text) ? "date" : "cat";
}

type Plain = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Columns by name: as an object, or as a list of objects with names. */
function byName(columns: unknown): Plain {
  if (!Array.isArray(columns)) return isPlain(columns) ? columns : {};
  return Object.fromEntries(columns.filter(isPlain).map((column) => [String(column.name), column]));
}

/** What a schema says of columns, by their names. */
export function schemaColumns(schema: unknown, table?: string): Readonly<Record<string, Plain>> {
  const several: Plain = isPlain(schema) ? (isPlain(schema.tables) ? schema.tables : schema) : {};
  const own: unknown = table === undefined ? several : several[table];
  const columns = byName(isPlain(own) ? (own.columns ?? own) : own);
  return Object.fromEntries(
    Object.entries(columns).flatMap(([name, about]) => (isPlain(about) ? [[name, about]] : [])),
  );
}

/**
 * The kinds that a schema tells: `{ columns: { NAME: { kind } } }`, or a list of `{ name, kind }`; also `sdtype` for `kind`, as
 * SDV's metadata have it. `table` picks one of several tables.
 */
export function kindsOfSchema(schema: unknown, table?: string): Record<string, QualityKind> {
  return Object.fromEntries(
    Object.entries(schemaColumns(schema, table)).flatMap(([name, about]) => {
      const word = about.sdtype ?? about.kind ?? about.type;
      return word === undefined ? [] : [[name, kindOfWord(word)]];
    }),
  );
}
