import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { be, requireArgument, requireOptions } from "../../../catalogue/index.js";
import { UserError } from "../../../tensor/index.js";
import { fileError } from "../../files.js";
import type { DecodedRows } from "../decode.js";
import { headingsFor } from "../csv-layout.js";
import { formatsOf } from "../reading.js";
import type { TableValue } from "../records.js";
import type { TableColumn, TableFile, TableSchema } from "../schema.js";
import { duckDbError, identifier, type OpenedDuckDb, openDuckDb, quoted } from "./duckdb.js";

/** Rows to write: `DecodedRows`, as a whole or in chunks. */
export type RowsToWrite = DecodedRows | Iterable<DecodedRows> | AsyncIterable<DecodedRows>;

/** Options of `writeTable`. */
export interface WriteTableOptions {
  /** How a text file is laid out; default: as the schema's file, or with commas. */
  readonly file?: TableFile;
}

type Format = "csv" | "tsv" | "json" | "jsonl" | "parquet";

const endings: readonly (readonly [RegExp, Format])[] = [
  [/\.csv$/i, "csv"],
  [/\.(tsv|tab)$/i, "tsv"],
  [/\.json$/i, "json"],
  [/\.(jsonl|ndjson)$/i, "jsonl"],
  [/\.(parquet|pq)$/i, "parquet"],
];

async function* chunksOf(rows: RowsToWrite): AsyncGenerator<DecodedRows> {
  if ("cells" in rows) yield rows;
  else yield* rows;
}

function csvCell(text: string, delimiter: string, around: RegExp): string {
  const plain =
    !text.includes('"') && !text.includes(delimiter) && !/[\n\r]/.test(text) && !around.test(text);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}

interface CsvStyle {
  readonly delimiter: string;
  readonly newline: string;
  readonly bom: boolean;
  readonly header: boolean;
  readonly headings?: Readonly<Record<string, string>>;
}

/** A line; `around` is what a cell may not begin or end with unless it is in quotes. */
function csvLine(cells: readonly string[], { delimiter, newline }: CsvStyle, around = /^ | $/): string {
  // a line with nothing on it would be none
  if (cells.length === 1 && cells[0] === "") return `""${newline}`;
  return cells.map((cell) => csvCell(cell, delimiter, around)).join(delimiter) + newline;
}

/** The heading, as the table's own file has it. */
function headingLine(names: readonly string[], style: CsvStyle): string {
  return csvLine(headingsFor(names, style.headings), style, /^(?!)/);
}

/** Values as JSON has them, by name. */
function jsonRow(
  { names }: DecodedRows,
  values: readonly TableValue[],
  cells: readonly string[],
  texts: ReadonlySet<string>,
): string {
  return JSON.stringify(
    Object.fromEntries(
      names.map((name, i) => {
        const value = values[i] ?? null;
        return [name, value !== null && texts.has(name) ? (cells[i] ?? "") : value];
      }),
    ),
  );
}

/** Columns that the input stored as text, though they are read as numbers. */
function storedAsText(columns: readonly TableColumn[]): Set<string> {
  return new Set(columns.filter(({ stored }) => stored === "VARCHAR").map(({ name }) => name));
}

async function writeText(
  file: FileHandle,
  format: Format,
  columns: readonly TableColumn[],
  rows: RowsToWrite,
  style: CsvStyle,
): Promise<void> {
  const texts = storedAsText(columns);
  let begun = false;
  for await (const chunk of chunksOf(rows)) {
    let text = "";
    if (format === "csv" || format === "tsv") {
      if (!begun) text += (style.bom ? "\ufeff" : "") + (style.header ? headingLine(chunk.names, style) : "");
      text += chunk.cells.map((cells) => csvLine(cells, style)).join("");
    } else {
      const lines = chunk.values.map((values, i) => jsonRow(chunk, values, chunk.cells[i] ?? [], texts));
      if (format === "jsonl") text = lines.map((line) => `${line}\n`).join("");
      else if (lines.length > 0) text = (begun ? ",\n" : "[\n") + lines.join(",\n");
    }
    begun ||= chunk.cells.length > 0;
    await file.writeFile(text);
  }
  if (!begun && (format === "csv" || format === "tsv")) {
    await file.writeFile(
      headingLine(
        columns.map(({ name }) => name),
        style,
      ),
    );
  }
  if (format === "json") await file.writeFile(begun ? "\n]\n" : "[]\n");
}

const decimal = /^DECIMAL\(\d+,\s*(\d+)\)$/;

/** Columns with the most digits for decimals that don't all fit into as many as were stored, such as a sum of what is drawn. */
async function widened(
  { connection }: OpenedDuckDb,
  columns: readonly TableColumn[],
  from: string,
): Promise<readonly TableColumn[]> {
  const decimals = columns.filter(({ stored = "" }) => decimal.test(stored));
  if (decimals.length === 0) return columns;
  const checks = decimals.map(
    ({ name, stored = "" }) =>
      `count(try_cast(${identifier(name)} as ${stored})) = count(${identifier(name)})`,
  );
  const [fits = []] = (await connection.runAndReadAll(`select ${checks.join(", ")} from ${from}`)).getRows();
  const wide = new Set(decimals.filter((_, i) => fits[i] !== true));
  return columns.map((column) => {
    const scale = decimal.exec(column.stored ?? "")?.[1] ?? "0";
    return wide.has(column) ? { ...column, stored: `DECIMAL(38,${scale})` } : column;
  });
}

/** How a column of texts becomes one of its own type in Parquet. */
function typed(column: TableColumn): string {
  const { name, kind, stored } = column;
  const own = identifier(name);
  const cast = (type: string): string => `cast(${own} as ${type})`;
  if (
    stored !== undefined &&
    stored !== "VARCHAR" &&
    (decimal.test(stored) || !/[[(]|STRUCT|MAP|UNION|ENUM|TIME ZONE|BLOB/.test(stored))
  )
    return cast(stored);
  if (stored === "VARCHAR") return own;
  const [format = "", ...others] = formatsOf(column);
  switch (kind) {
    case "integer":
    case "count":
      return cast("bigint");
    case "number":
    case "positive":
    case "share":
    case "angle":
      return cast("double");
    case "boolean":
      return cast("boolean");
    case "date":
      return others.length > 0 || format === "" ? own : `cast(strptime(${own}, ${quoted(format)}) as date)`;
    case "datetime":
      return others.length > 0 || format === "" || format.endsWith("%z")
        ? own
        : `strptime(${own}, ${quoted(format)})`;
    default:
      return own;
  }
}

/** A value as the text that Parquet's types are made of. */
function neutral(value: TableValue, text: string, { stored = "", kind }: TableColumn): string {
  if (value === null) return "";
  // a decimal may have more digits than a number of JavaScript keeps
  if (decimal.test(stored) && /^-?\d+(\.\d+)?$/.test(text)) return text;
  return stored === "VARCHAR" || (kind !== "boolean" && typeof value === "string") ? text : String(value);
}

async function writeParquet(part: string, columns: readonly TableColumn[], rows: RowsToWrite): Promise<void> {
  const between = `${part}.csv`;
  const style = { delimiter: ",", newline: "\n", bom: false, header: false };
  try {
    const file = await open(between, "w");
    try {
      for await (const { cells, values } of chunksOf(rows)) {
        const lines = values.map((row, i) =>
          csvLine(
            row.map((value, k) =>
              neutral(value, cells[i]?.[k] ?? "", columns[k] ?? { name: "", kind: "text" }),
            ),
            style,
          ),
        );
        await file.writeFile(lines.join(""));
      }
    } finally {
      await file.close();
    }
    const opened = await openDuckDb(`writing ${part}`, { threads: 2, writes: true });
    try {
      const names = columns.map(({ name }) => `${quoted(name)}: 'VARCHAR'`).join(", ");
      const from = `read_csv(${quoted(between)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', columns = {${names}})`;
      const own = await widened(opened, columns, from);
      const selected = own.map((column) => `${typed(column)} as ${identifier(column.name)}`).join(", ");
      await opened.connection.run(
        `copy (select ${selected} from ${from}) to ${quoted(part)} (format parquet)`,
      );
    } catch (cause) {
      throw duckDbError(`writing ${part}`, cause);
    } finally {
      await opened.close();
    }
  } finally {
    await rm(between, { force: true });
  }
}

/** The columns of what was given: a schema, what has one, or columns as they are. */
function described(given: TableSchema | { readonly schema: TableSchema } | readonly TableColumn[]): {
  columns: readonly TableColumn[];
  file?: TableFile;
} {
  if (Array.isArray(given)) return { columns: given as readonly TableColumn[] };
  const schema = "schema" in given ? given.schema : (given as TableSchema);
  return { columns: schema.columns, ...(schema.file === undefined ? {} : { file: schema.file }) };
}

let counter = 0;

/**
 * Writes rows of a table to a file, by its ending: `.csv`, `.tsv`, `.json`, `.jsonl` or `.parquet`, which has typed columns.
 * Text files are laid out as the one that the schema was inferred from. The file is there once it is whole.
 *
 * @param columns the fitted table, its schema or a list of columns
 * @param rows what `decodeRows` gives, as a whole or chunk by chunk
 * @throws UserError naming the file: another ending, or it can't be written
 */
export async function writeTable(
  path: string,
  columns: TableSchema | { readonly schema: TableSchema } | readonly TableColumn[],
  rows: RowsToWrite,
  options: WriteTableOptions = {},
): Promise<void> {
  requireArgument("writeTable", "the path", path, be.text);
  requireArgument("writeTable", "columns", columns, {
    expected: "a fitted table, a table schema or a list of columns",
    ok: (value) =>
      (Array.isArray(value) &&
        value.every((one) => typeof one === "object" && one !== null && "name" in one)) ||
      (typeof value === "object" && value !== null && ("schema" in value || "columns" in value)),
  });
  requireArgument("writeTable", "rows", rows, {
    expected: "rows, as decodeRows gives, or chunks of them",
    ok: (value) =>
      typeof value === "object" &&
      value !== null &&
      ("cells" in value || Symbol.iterator in value || Symbol.asyncIterator in value),
  });
  requireOptions("writeTable", options, {
    file: be.having(["format"], 'how a file is laid out, such as { format: "csv" }'),
  });
  const format = endings.find(([pattern]) => pattern.test(path))?.[1];
  if (format === undefined) {
    throw new UserError(
      `${path}: tables are written as .csv, .tsv, .json, .jsonl or .parquet; name the file so`,
      2,
    );
  }
  const own = described(columns);
  const file = options.file ?? own.file;
  const alike = file?.format === format;
  const style: CsvStyle = {
    delimiter:
      format === "tsv"
        ? "\t"
        : alike || format === "csv"
          ? file?.delimiter === "\t"
            ? ","
            : (file?.delimiter ?? ",")
          : ",",
    newline: (alike ? file?.newline : undefined) ?? "\n",
    bom: alike && file?.bom === true,
    header: !(alike && file?.header === false),
    ...(file?.headings && { headings: file.headings }),
  };
  const part = `${path}.${process.pid}-${counter++}.part`;
  try {
    if (format === "parquet") {
      await writeParquet(part, own.columns, rows);
    } else {
      const handle = await open(part, "w");
      try {
        await writeText(handle, format, own.columns, rows, style);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    throw fileError(cause, `write ${path}`);
  }
}
