import { readingOfColumn } from "./reading.js";
import type { TableColumn } from "./schema.js";
import { type TextTable, TextTableBuilder } from "./texts.js";

/** A cell as programs have it; null and undefined are missing. */
export type TableValue = string | number | boolean | null;

/** A row by its columns' names. */
export type TableRecord = Readonly<Record<string, TableValue | undefined | bigint | Date>>;

function textOf(value: TableRecord[string], column: TableColumn | undefined): string {
  if (value === null || value === undefined || (typeof value === "number" && Number.isNaN(value))) return "";
  if (typeof value === "number" && column !== undefined) {
    const reading = ["date", "datetime", "time"].includes(column.kind) ? undefined : readingOfColumn(column);
    if (
      reading === undefined ||
      column.decimalMark !== undefined ||
      column.thousands !== undefined ||
      column.prefix ||
      column.suffix
    ) {
      return reading?.format(value) ?? String(value);
    }
  }
  if (value instanceof Date) {
    const reading = column && readingOfColumn(column);
    const seconds = value.getTime() / 1000;
    if (reading !== undefined)
      return reading.format(column?.kind === "date" ? Math.floor(seconds / 86_400) : seconds);
    return value.toISOString();
  }
  if (typeof value === "boolean" && column?.kind === "boolean") {
    const wanted = value ? /^(true|t|yes|y|1|on)$/i : /^(false|f|no|n|0|off)$/i;
    return column.categories?.find((text) => wanted.test(text)) ?? String(value);
  }
  return String(value);
}

/** Rows of a program as text; `columns` says how values are written. */
export function textTableOf(
  rows: readonly TableRecord[],
  names: readonly string[],
  columns: readonly TableColumn[] = [],
): TextTable {
  const there = names.filter((name) => rows.some((row) => Object.hasOwn(row, name)));
  const builder = new TextTableBuilder(there, Math.max(1, rows.length));
  const described = there.map((name) => columns.find((column) => column.name === name));
  for (const row of rows) {
    for (const [i, name] of there.entries()) builder.put(i, textOf(row[name], described[i]));
    builder.endRow();
  }
  return builder.take();
}
