import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileError } from "../../data/index.js";
import { UserError } from "../../tensor/index.js";

/** A table whose cells are text, as a CSV file has it. What reads another kind of file makes one of these. */
export interface TextTable {
  /** What it is called in messages: the file's path. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** The cells of a column by its place, from the top; missing ones are empty texts. */
  readonly cells: (column: number) => readonly string[];
}

/** Rows as a program has them, by column; null, undefined and NaN are missing. */
export type TableRow = Readonly<Record<string, string | number | boolean | bigint | Date | null | undefined>>;

const marks = [",", ";", "\t", "|"];

/** The mark that stands most often between names in the first line; a comma in doubt. */
function delimiterOf(text: string): string {
  const head = (/^[^\r\n]*/.exec(text)?.[0] ?? "").replace(/"[^"]*"/g, "");
  const counts = marks.map((mark) => head.split(mark).length);
  return marks[counts.indexOf(Math.max(...counts))] ?? ",";
}

function decoded(bytes: Uint8Array, file: string): string {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : undefined;
  const swapped = bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : undefined;
  try {
    return new TextDecoder(wide ?? swapped ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    const line = lineOfBadByte(bytes);
    throw new UserError(
      `${file} is not UTF-8 text (line ${line} has bytes that are no characters of it); save it as UTF-8, ` +
        `such as with: iconv -f WINDOWS-1252 -t UTF-8 FILE`,
    );
  }
}

function lineOfBadByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start);
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end < 0) return line;
    start = end + 1;
  }
  return line;
}

function requireNames(names: readonly string[], file: string): void {
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated === undefined) return;
  throw new UserError(`${file} has two columns "${repeated}"; give each a name of its own`);
}

/**
 * Reads a table of text: CSV, or with semicolons, tabs or bars instead of commas, the first line being the names. Throws a
 * UserError for a file that can't be read, isn't UTF-8 (or UTF-16 with its mark), has a ragged line, no columns or no rows.
 */
export async function readTextTable(file: string): Promise<TextTable> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileError(error, `read ${file}`);
  });
  const { parse } = await import("csv-parse/sync");
  const text = decoded(bytes, file);
  let records: string[][];
  try {
    records = parse(text, { bom: true, delimiter: delimiterOf(text), skip_empty_lines: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${file} is not a table: ${reason}`, 1, { cause: error });
  }
  const [columns, ...rows] = records;
  if (columns === undefined) throw new UserError(`${file} is empty: it has no line of column names`);
  requireNames(columns, file);
  if (rows.length === 0) throw new UserError(`${file} has column names but no rows`);
  return {
    name: path.basename(file),
    columns,
    rows: rows.length,
    cells: (column) => rows.map((row) => row[column] ?? ""),
  };
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
