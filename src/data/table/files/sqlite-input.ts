import type * as sqliteModule from "node-sqlite3-wasm";
import { optionalPackage } from "../../optional-package.js";
import { stat } from "node:fs/promises";
import { UserError } from "../../../tensor/index.js";
import { fileError } from "../../files.js";
import { distinctNames } from "../csv-layout.js";
import { type TextTable, TextTableBuilder } from "../texts.js";
import { identifier } from "./duckdb.js";
import { chosenTable } from "./duckdb-input.js";
import { chunkRows, type TableInput } from "../table-input.js";

type Row = Readonly<Record<string, string | number | bigint | Uint8Array | null>>;

/** What is needed of a library that reads SQLite. */
interface Sqlite {
  rows(sql: string): Iterable<Row>;
  close(): void;
}

async function openSqlite(path: string): Promise<Sqlite> {
  try {
    const { Database } = (
      await optionalPackage<{ readonly default: typeof sqliteModule }>("node-sqlite3-wasm")
    ).default;
    const db = new Database(path, { readOnly: true, fileMustExist: true });
    return {
      *rows(sql) {
        const statement = db.prepare(sql);
        try {
          yield* statement.iterate([]) as Iterable<Row>;
        } finally {
          statement.finalize();
        }
      },
      close: () => db.close(),
    };
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND") {
      throw new UserError(
        `${path}: SQLite files need the package node-sqlite3-wasm, which is not installed here: npm install node-sqlite3-wasm`,
        1,
        { cause },
      );
    }
    throw sqliteError(path, cause);
  }
}

function sqliteError(path: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  return new UserError(
    `${path} can't be read as SQLite: ${cause instanceof Error ? cause.message : String(cause)}`,
    1,
    { cause },
  );
}

function textOf(value: string | number | bigint | Uint8Array | null | undefined): string {
  if (value === null || value === undefined) return "";
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

const storedTypes: readonly (readonly [RegExp, string])[] = [
  [/INT/i, "BIGINT"],
  [/REAL|FLOA|DOUB/i, "DOUBLE"],
  [/BOOL/i, "BOOLEAN"],
];

/** A table of an SQLite file, the one that is named or the only one, in the order of its rows. */
export async function sqliteInput(path: string, table: string | undefined): Promise<TableInput> {
  const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
    throw fileError(cause, `read ${path}`);
  });
  const db = await openSqlite(path);
  try {
    const tables = [
      ...db.rows(
        "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' order by name",
      ),
    ];
    const chosen = chosenTable(
      path,
      tables.map(({ name }) => String(name)),
      table,
    );
    const columns = [...db.rows(`pragma table_info(${identifier(chosen)})`)];
    const given = columns.map(({ name }) => String(name));
    const { names, notes } = distinctNames(given);
    async function* chunks(): AsyncGenerator<TextTable> {
      const builder = new TextTableBuilder(names, chunkRows);
      try {
        for (const row of db.rows(`select ${given.map(identifier).join(", ")} from ${identifier(chosen)}`)) {
          for (const [i, name] of given.entries()) builder.put(i, textOf(row[name]));
          builder.endRow();
          if (builder.isFull) yield builder.take();
        }
      } catch (cause) {
        throw sqliteError(path, cause);
      }
      if (!builder.isEmpty) yield builder.take();
    }
    return {
      place: path,
      file: { format: "sqlite" },
      names,
      stored: columns.map(
        ({ type }) => storedTypes.find(([pattern]) => pattern.test(String(type)))?.[1] ?? "VARCHAR",
      ),
      notes,
      stamp: `${path} ${size} ${mtimeMs} ${chosen}`,
      chunks,
      close: () => Promise.resolve(db.close()),
    };
  } catch (cause) {
    db.close();
    throw sqliteError(path, cause);
  }
}
