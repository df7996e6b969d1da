import { readingOfColumn, type TableColumn, type TableSchema } from "../../data/portable.js";
import { UserError } from "../../tensor/index.js";
import type { QualityKind } from "./kinds.js";
import type { TextTable } from "./text-table.js";

/** A cell as the metric reads it; empty for what is missing. */
type PlainCell = (cell: string) => string;

function isoText(kind: TableColumn["kind"], value: number): string {
  const text = new Date(value * (kind === "date" ? 86_400_000 : 1000)).toISOString();
  return kind === "date" ? text.slice(0, 10) : text;
}

function plainCell(column: TableColumn): PlainCell {
  const markers = new Set(column.missing);
  const reading = readingOfColumn(column);
  return (cell) => {
    if (cell === "" || markers.has(cell)) return "";
    const value = reading?.parse(cell);
    if (value === undefined) return cell;
    return column.kind === "date" || column.kind === "datetime" ? isoText(column.kind, value) : String(value);
  };
}

/**
 * A table in its schema's formats as the metric reads it: numbers with a point and without signs around them, dates of ISO 8601,
 * times as seconds, missing cells empty. Columns that the schema doesn't describe stay as they are.
 */
export function plainTable(table: TextTable, { columns }: TableSchema): TextTable {
  const described = new Map(columns.map((column) => [column.name, plainCell(column)]));
  return {
    name: table.name,
    columns: table.columns,
    rows: table.rows,
    cells: (place) => {
      const plain = described.get(table.columns[place] ?? "");
      return plain === undefined ? table.cells(place) : table.cells(place).map(plain);
    },
  };
}

/** What the columns of a schema are to the metric. */
export function kindsOfColumns({ columns }: TableSchema): Record<string, QualityKind> {
  return Object.fromEntries(
    columns.map((column) => {
      const dated = column.kind === "date" || column.kind === "datetime";
      return [column.name, dated ? "date" : readingOfColumn(column) === undefined ? "cat" : "num"];
    }),
  );
}

/** Rows of cells as a table. */
export function tableOfCells(
  name: string,
  columns: readonly string[],
  cells: readonly (readonly string[])[],
): TextTable {
  return {
    name,
    columns,
    rows: cells.length,
    cells: (place) => cells.map((row) => row[place] ?? ""),
  };
}

/** Some columns of a table, by name. Throws a UserError for one that it lacks. */
export function withColumns(table: TextTable, names: readonly string[]): TextTable {
  const places = names.map((name) => table.columns.indexOf(name));
  const lost = names.find((_, i) => places[i] === -1);
  if (lost !== undefined) {
    throw new UserError(
      `${table.name} has no column "${lost}", which the model has; its columns are ${table.columns.slice(0, 12).join(", ")}`,
    );
  }
  return {
    name: table.name,
    columns: names,
    rows: table.rows,
    cells: (place) => table.cells(places[place] ?? -1),
  };
}
