import { stat } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { UserError } from "../../../tensor/index.js";
import { fileError } from "../../files.js";
import { distinctNames } from "../csv-layout.js";
import type { TableFile } from "../schema.js";
import { type TextTable, TextTableBuilder } from "../texts.js";
import { duckDbError, identifier, type OpenedDuckDb, openDuckDb, quoted, duckDb } from "./duckdb.js";
import { checkedQuery } from "./query.js";
import { chunkRows, type TableInput } from "../table-input.js";

interface Described {
  readonly names: readonly string[];
  readonly types: readonly string[];
}

async function describe(connection: DuckDBConnection, from: string): Promise<Described> {
  const result = await connection.runAndReadAll(`describe ${from}`);
  const rows = result.getRows();
  return { names: rows.map(([name]) => String(name)), types: rows.map(([, type]) => String(type)) };
}

/** A column as text, so that nothing is lost. */
function asText(name: string, type: string): string {
  const own = identifier(name);
  return type === "TIMESTAMP WITH TIME ZONE"
    ? `cast(${own} at time zone 'UTC' as varchar)`
    : `cast(${own} as varchar)`;
}

async function* textChunks(
  connection: DuckDBConnection,
  place: string,
  from: string,
  { names, types }: Described,
): AsyncGenerator<TextTable> {
  const builder = new TextTableBuilder(names, chunkRows);
  try {
    const result = await connection.stream(
      `select ${names.map((name, i) => asText(name, types[i] ?? "")).join(", ")} from ${from}`,
    );
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      const vectors = names.map((_, i) => chunk.getColumnVector(i));
      for (let row = 0; row < chunk.rowCount; row++) {
        for (const [i, vector] of vectors.entries())
          builder.put(i, (vector.getItem(row) as string | null) ?? "");
        builder.endRow();
        if (builder.isFull) yield builder.take();
      }
    }
  } catch (cause) {
    throw duckDbError(place, cause);
  }
  if (!builder.isEmpty) yield builder.take();
}

/** A table expression of an opened database as an input; `stored` leaves out types that say nothing. */
async function inputFrom(
  opened: OpenedDuckDb,
  from: string,
  place: string,
  format: TableFile["format"],
  stamp: string,
): Promise<TableInput> {
  try {
    const described = await describe(opened.connection, `select * from ${from}`);
    const { names, notes } = distinctNames(described.names);
    if (names.length === 0) throw new UserError(`${place} has no columns`);
    return {
      place,
      file: { format },
      names,
      stored: described.types,
      notes,
      stamp,
      async *chunks() {
        for await (const table of textChunks(opened.connection, place, from, described))
          yield { ...table, names };
      },
      close: () => opened.close(),
    };
  } catch (cause) {
    await opened.close();
    throw duckDbError(place, cause);
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${path} ${size} ${mtimeMs}`;
  } catch (cause) {
    throw fileError(cause, `read ${path}`);
  }
}

/** A Parquet file. */
export async function parquetInput(path: string): Promise<TableInput> {
  const stamp = await stampOf(path);
  const opened = await openDuckDb(path, { threads: 2, files: [path] });
  return inputFrom(opened, `read_parquet(${quoted(path)})`, path, "parquet", stamp);
}

/** Files up to so many bytes are read whole to see what their columns are. */
const wholeBytes = 64 << 20;

/** A file of JSON: a list of objects, or one object a line. */
export async function jsonInput(path: string, format: "json" | "jsonl"): Promise<TableInput> {
  const stamp = await stampOf(path);
  const { size } = await stat(path);
  if (size === 0) throw new UserError(`${path} is empty: there is no row in it`);
  const opened = await openDuckDb(path, { threads: 1, files: [path] });
  const kind = format === "jsonl" ? "newline_delimited" : "auto";
  const base = `${quoted(path)}, format = '${kind}'`;
  try {
    const sampled = size <= wholeBytes ? -1 : 200_000;
    const { names, types } = await describe(
      opened.connection,
      `select * from read_json(${base}, sample_size = ${sampled}, maximum_depth = 2)`,
    );
    if (names.length === 1 && names[0] === "json") {
      throw new UserError(`${path} holds no objects; rows are objects, such as {"age": 31, "city": "Rome"}`);
    }
    const columns = names.map((name) => `${quoted(name)}: 'VARCHAR'`).join(", ");
    const input = await inputFrom(opened, `read_json(${base}, columns = {${columns}})`, path, format, stamp);
    const plain = /^(BIGINT|UBIGINT|HUGEINT|DOUBLE|BOOLEAN|INTEGER)$/;
    return { ...input, stored: types.map((type) => (plain.test(type) ? type : "VARCHAR")) };
  } catch (cause) {
    await opened.close().catch(() => undefined);
    throw duckDbError(path, cause);
  }
}

/** A table of a DuckDB file: the one that is named, or the only one. */
export async function duckDbInput(path: string, table: string | undefined): Promise<TableInput> {
  const stamp = await stampOf(path);
  const opened = await openDuckDb(path, { threads: 2, attach: path });
  try {
    const result = await opened.connection.runAndReadAll(
      "select schema_name, table_name from duckdb_tables() where database_name = 'source' union all " +
        "select schema_name, view_name from duckdb_views() where database_name = 'source' and not internal order by all",
    );
    const tables = result.getRows().map(([schema, name]) => [String(schema), String(name)] as const);
    const chosen = chosenTable(
      path,
      tables.map(([, name]) => name),
      table,
    );
    const [schema = "main"] = tables.find(([, name]) => name === chosen) ?? [];
    const from = `source.${identifier(schema)}.${identifier(chosen)}`;
    return await inputFrom(opened, from, path, "duckdb", `${stamp} ${chosen}`);
  } catch (cause) {
    await opened.close().catch(() => undefined);
    throw duckDbError(path, cause);
  }
}

/** The table that is meant. Throws a UserError that lists those that there are. */
export function chosenTable(path: string, tables: readonly string[], table: string | undefined): string {
  const known = tables.map((name) => `"${name}"`).join(", ");
  if (tables.length === 0) throw new UserError(`${path} has no tables`);
  if (table !== undefined) {
    if (tables.includes(table)) return table;
    throw new UserError(`${path} has no table "${table}"; it has ${known}`, 2);
  }
  const [only = ""] = tables;
  if (tables.length === 1) return only;
  throw new UserError(
    `${path} has ${tables.length} tables; name one as ${path}#${only} (it has ${known})`,
    2,
  );
}

/** The rows that an SQL query gives. One thread, so that they come in the same order each time. */
export async function queryInput(query: string, folder: string | undefined): Promise<TableInput> {
  const { sql, files, folders, place } = await checkedQuery(query, folder);
  const opened = await openDuckDb(place, { threads: 1, files, folders });
  try {
    const statements = await opened.connection.extractStatements(sql);
    if (statements.count !== 1) {
      throw new UserError(
        `${place}: ${statements.count} statements; give a single query (select ... from 'file.parquet')`,
        2,
      );
    }
    const { StatementType } = await duckDb("a query");
    const prepared = await statements.prepare(0);
    if (prepared.statementType !== StatementType.SELECT) {
      throw new UserError(
        `${place}: only a query that reads (select ...) is run, nothing that writes or changes anything`,
        2,
      );
    }
    prepared.destroySync();
    await opened.connection.run(`create temp table latent_rows as select * from (\n${sql}\n)`);
    const stamps = await Promise.all(files.map((file) => stampOf(file).catch(() => file)));
    return await inputFrom(opened, "latent_rows", place, "sql", `${sql} ${stamps.join(" ")}`);
  } catch (cause) {
    await opened.close().catch(() => undefined);
    throw duckDbError(place, cause);
  }
}
