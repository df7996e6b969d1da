import { UserError } from "../../tensor/index.js";
import type { QualityKind } from "./kinds.js";
import { daysOf, numberOf } from "./numbers.js";
import type { TextTable } from "./text-table.js";

/** The tables that are compared: the real training rows, the synthetic ones, and real rows that were held out. */
export type Role = "train" | "synthetic" | "test";

/** A column of numbers or dates (as days), by table; NaN is missing. */
export interface NumberColumn {
  readonly name: string;
  readonly kind: "num" | "date";
  readonly train: Float64Array;
  readonly synthetic: Float64Array;
  readonly test: Float64Array;
}

/** A column of categories, by table: an index into `labels`, which all tables share; 0 is missing. */
export interface CategoryColumn {
  readonly name: string;
  readonly kind: "cat";
  readonly labels: readonly string[];
  readonly train: Int32Array;
  readonly synthetic: Int32Array;
  readonly test: Int32Array;
}

export type TypedColumn = NumberColumn | CategoryColumn;

/** The tables, typed. Without held-out rows `rows.test` is 0. */
export interface TypedTables {
  readonly columns: readonly TypedColumn[];
  readonly rows: Readonly<Record<Role, number>>;
}

/** Whether a column holds categories. */
export function isCategory(column: TypedColumn): column is CategoryColumn {
  return column.kind === "cat";
}

/** The number that stands for missing in a column of categories. */
export const MISSING_LABEL = 0;

/** Cells of a column by its name. Throws a UserError that names all columns that a table lacks. */
function lookUp(
  table: TextTable,
  names: readonly string[],
  what: string,
): (name: string) => readonly string[] {
  const lost = names.filter((name) => !table.columns.includes(name));
  if (lost.length > 0) {
    const they =
      lost.length === 1 ? `the column "${lost[0]}"` : `the columns ${lost.map((n) => `"${n}"`).join(", ")}`;
    throw new UserError(
      `${what}, ${table.name}, lacks ${they} of the training table; it has ${table.columns.join(", ")}`,
    );
  }
  return (name) => table.cells(table.columns.indexOf(name));
}

function categories(name: string, [train, synthetic, test]: readonly (readonly string[])[]): CategoryColumn {
  const labels = [""];
  const known = new Map([["", MISSING_LABEL]]);
  const coded = (cells: readonly string[] = []): Int32Array =>
    Int32Array.from(cells, (cell) => {
      const found = known.get(cell);
      if (found !== undefined) return found;
      known.set(cell, labels.length);
      return labels.push(cell) - 1;
    });
  return { name, kind: "cat", labels, train: coded(train), synthetic: coded(synthetic), test: coded(test) };
}

/** Types the columns of the training table in all tables; columns that only others have are left out. */
export function typedTables(
  train: TextTable,
  synthetic: TextTable,
  test: TextTable | undefined,
  kinds: readonly QualityKind[],
): TypedTables {
  const ofTrain = lookUp(train, train.columns, "the training table");
  const ofSynthetic = lookUp(synthetic, train.columns, "the synthetic table");
  const ofTest = test && lookUp(test, train.columns, "the test table");
  const columns = train.columns.map((name, i): TypedColumn => {
    const cells = [ofTrain(name), ofSynthetic(name), ofTest?.(name) ?? []];
    const kind = kinds[i] ?? "cat";
    if (kind === "cat") return categories(name, cells);
    const read = kind === "date" ? daysOf : numberOf;
    const [a, b, c] = cells.map((own) => Float64Array.from(own, read));
    const none = new Float64Array(0);
    return { name, kind, train: a ?? none, synthetic: b ?? none, test: c ?? none };
  });
  return { columns, rows: { train: train.rows, synthetic: synthetic.rows, test: test?.rows ?? 0 } };
}

/** The numbers that are there. */
export function present(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value));
}

/** The least and the largest of numbers that are there; NaN if there are none. */
export function extent(values: Float64Array): readonly [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least > most ? [Number.NaN, Number.NaN] : [least, most];
}

/** The average; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The average, or null of nothing. */
export function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}
