import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { UserError } from "../../../tensor/index.js";
import { fileError } from "../../files.js";
import type { TableFile } from "../schema.js";
import { csvInput, csvMarks } from "./csv-input.js";
import { duckDbInput, jsonInput, parquetInput, parquetRows, queryInput } from "./duckdb-input.js";
import { type ManyFiles, manyFiles } from "../../many/files.js";
import { listsPictures } from "../../pictures/index.js";
import { manyMarks, manyPart, manyTables } from "./many-tables.js";
import { isQuery } from "./query.js";
import { sqliteInput } from "./sqlite-input.js";
import type { TableMarks } from "../delimited.js";
import { sliceTable } from "../texts.js";
import type { TableInput, TablePart } from "../table-input.js";

const endings: readonly (readonly [RegExp, TableFile["format"]])[] = [
  [/\.(parquet|pq)$/i, "parquet"],
  [/\.(jsonl|ndjson)(\.gz)?$/i, "jsonl"],
  [/\.json(\.gz)?$/i, "json"],
  [/\.(duckdb|ddb)$/i, "duckdb"],
  [/\.(sqlite|sqlite3|db3)$/i, "sqlite"],
];

/** What a file is by its first bytes, where they say it. */
async function formatInside(path: string): Promise<TableFile["format"] | undefined> {
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(16), 0, 16, 0);
    const head = buffer.toString("latin1");
    if (head.startsWith("PAR1")) return "parquet";
    if (head.startsWith("SQLite format 3")) return "sqlite";
    if (head.slice(8, 12) === "DUCK") return "duckdb";
    return undefined;
  } finally {
    await file.close();
  }
}

const textFiles = /\.(csv|tsv|tab|txt|data|dat)(\.gz)?$/i;

/** Whether a source is one of tables by its name: a query, or a file by its ending. */
export function isTableSource(source: string): boolean {
  const [path = ""] = source.split("#");
  return (
    isQuery(source) ||
    textFiles.test(path) ||
    /\.db$/i.test(path) ||
    endings.some(([pattern]) => pattern.test(path))
  );
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** The files of a table that is in many: of a folder, or of a pattern. */
async function tableFiles(source: string): Promise<ManyFiles | undefined> {
  if (isQuery(source)) return undefined;
  const files = await manyFiles(source);
  return files?.kind === "npy" ? undefined : files;
}

/** Whether a source is read as a table: a query, a file, or a folder or pattern of many; lists of pictures are not. */
export async function isTable(source: string): Promise<boolean> {
  if ((await tableFiles(source)) !== undefined) return true;
  return isTableSource(source) && !(await listsPictures(source));
}

/**
 * Opens a table: a file, by its ending or its first bytes, with `#table` behind those of databases; many files, as a folder or a
 * pattern such as `parts/*.csv`, in the order of their names; or an SQL query. Throws a UserError that names it.
 */
export async function openTable(source: string, known?: TableFile, folder?: string): Promise<TableInput> {
  if (/^postgres(ql)?:\/\//i.test(source)) {
    throw new UserError(
      "a Postgres database is not read directly, for that takes an extension which would have to be downloaded: export the " +
        "table, \\copy (select ...) to 'rows.csv' csv header, and name that file",
      2,
    );
  }
  const there = await isThere(source);
  if (!there && isQuery(source)) return queryInput(source, folder);
  const many = await tableFiles(source);
  if (many !== undefined) return manyTables(many, openTable, known);
  const [, before = source, table] = there ? [] : (/^(.*)#([^#]+)$/.exec(source) ?? []);
  const path = resolve(before);
  try {
    if ((await stat(path)).isDirectory())
      throw new UserError(`${source} is a folder; name a file of a table`, 2);
    const format = await formatOf(path);
    switch (format) {
      case "parquet":
        return await parquetInput(path);
      case "json":
      case "jsonl":
        return await jsonInput(path, format);
      case "duckdb":
        return await duckDbInput(path, table);
      case "sqlite":
        return await sqliteInput(path, table);
      default:
        return await csvInput(path, known);
    }
  } catch (cause) {
    throw fileError(cause, `read ${before}`);
  }
}

async function formatOf(path: string): Promise<TableFile["format"]> {
  return (await formatInside(path)) ?? endings.find(([pattern]) => pattern.test(path))?.[1] ?? "csv";
}

/**
 * How many rows a table has, and, of delimited text, where every so many begin. Throws a UserError that names the file.
 */
export async function tableMarks(
  source: string,
  known: TableFile | undefined,
  every: number,
): Promise<TableMarks> {
  const many = await tableFiles(source);
  if (many !== undefined) return manyMarks(many, openTable, known, every);
  const format = await formatOf(source).catch(() => undefined);
  if (format === "csv" || format === "tsv") return csvMarks(resolve(source), known ?? {}, every);
  if (format === "parquet") return { rows: await parquetRows(resolve(source)) };
  const input = await openTable(source, known);
  try {
    let rows = 0;
    for await (const table of input.chunks()) rows += table.rows;
    return { rows };
  } finally {
    await input.close();
  }
}

/** Some rows of a file's table. What comes before them is skipped where the format allows it, else it is read over. */
export async function openTablePart(
  source: string,
  known: TableFile | undefined,
  part: TablePart,
): Promise<TableInput> {
  const many = await tableFiles(source);
  if (many !== undefined) return manyPart(many, openTable, known, part);
  const format = await formatOf(source).catch(() => undefined);
  if (format === "parquet") return parquetInput(resolve(source), part);
  const entered = (format === "csv" || format === "tsv") && part.offset !== undefined;
  const input = entered ? await csvInput(resolve(source), known, part) : await openTable(source, known);
  if (entered) return input;
  const { first, rows } = part;
  return {
    ...input,
    async *chunks() {
      for await (const table of input.chunks()) {
        if (table.first >= first + rows) return;
        if (table.first + table.rows > first) yield sliceTable(table, first, first + rows);
      }
    },
    close: () => input.close(),
  };
}
