import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { UserError } from "../../../tensor/index.js";
import { fileError } from "../../files.js";
import type { TableFile } from "../schema.js";
import { csvInput } from "./csv-input.js";
import { duckDbInput, jsonInput, parquetInput, queryInput } from "./duckdb-input.js";
import { isQuery } from "./query.js";
import { sqliteInput } from "./sqlite-input.js";
import type { TableInput } from "../table-input.js";

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

/** Whether a source is one of tables: a query, or a file by its ending. */
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

/**
 * Opens a table: a file, by its ending or its first bytes, with `#table` behind those of databases, or an SQL query. Throws
 * a UserError that names it.
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
  const [, before = source, table] = there ? [] : (/^(.*)#([^#]+)$/.exec(source) ?? []);
  const path = resolve(before);
  try {
    if ((await stat(path)).isDirectory())
      throw new UserError(`${source} is a folder; name a file of a table`, 2);
    const format =
      (await formatInside(path)) ?? endings.find(([pattern]) => pattern.test(path))?.[1] ?? "csv";
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
