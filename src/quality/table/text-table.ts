import path from "node:path";
import { openTable, type RowsOfText } from "../../data/index.js";
import { UserError } from "../../tensor/index.js";

/** A table whose cells are text, whatever file it comes from. */
export interface TextTable {
  /** What it is called in messages: the file's name, or the query. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** The cells of a column by its place, from the top; missing ones are empty texts. */
  readonly cells: (column: number) => readonly string[];
}

/** Rows as a program has them, by column; null, undefined and NaN are missing. */
export type TableRow = Readonly<Record<string, string | number | boolean | bigint | Date | null | undefined>>;

function cellsOf(chunks: readonly RowsOfText[], column: number): string[] {
  return chunks.flatMap(({ columns }) => {
    const { texts = [], codes = [] } = columns[column] ?? {};
    return Array.from(codes, (code) => texts[code] ?? "");
  });
}

/**
 * Reads a table as `datasets.table` reads it: CSV and other delimited text, JSON, Parquet, DuckDB, SQLite, or what an SQL query gives.
 * Throws a UserError that names it if it can't be read, has a ragged line, no columns or no rows.
 */
export async function readTextTable(source: string): Promise<TextTable> {
  const input = await openTable(source);
  const name = input.file.format === "sql" ? input.place : path.basename(source);
  try {
    const chunks: RowsOfText[] = [];
    for await (const chunk of input.chunks()) chunks.push(chunk);
    const rows = chunks.reduce((sum, chunk) => sum + chunk.rows, 0);
    if (rows === 0) throw new UserError(`${name} has column names but no rows`);
    return { name, columns: input.names, rows, cells: (column) => cellsOf(chunks, column) };
  } finally {
    await input.close();
  }
}

function cellText(value: TableRow[string]): string {
  if (value === null || value === undefined || (typeof value === "number" && Number.isNaN(value))) return "";
  return value instanceof Date ? value.toISOString() : String(value);
}

/** A table of rows that a program has. Throws a UserError if there are none. */
export function tableOfRows(rows: readonly TableRow[], name: string): TextTable {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) throw new UserError(`${name} has no rows`);
  return {
    name,
    columns,
    rows: rows.length,
    cells: (column) => rows.map((row) => cellText(row[columns[column] ?? ""])),
  };
}
