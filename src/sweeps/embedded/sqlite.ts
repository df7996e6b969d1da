import { rmSync } from "node:fs";
import { optionalPackage } from "../../data/optional-package.js";
import { UserError } from "../../tensor/index.js";

/** What is needed of a library that keeps SQLite files. */
export interface Sqlite {
  exec(sql: string): void;
  run(sql: string, values: readonly (string | number)[]): void;
  all(sql: string): readonly Readonly<Record<string, unknown>>[];
  close(): void;
}

interface NodeSqlite {
  readonly DatabaseSync: new (
    file: string,
  ) => {
    exec(sql: string): void;
    prepare(sql: string): {
      run(...values: readonly (string | number)[]): unknown;
      all(): Readonly<Record<string, unknown>>[];
    };
    close(): void;
  };
}

interface WasmSqlite {
  readonly default: {
    readonly Database: new (
      file: string,
    ) => {
      exec(sql: string): void;
      run(sql: string, values: (string | number)[]): unknown;
      all(sql: string): Readonly<Record<string, unknown>>[];
      close(): void;
    };
  };
}

/** Whether a package or a module of Node isn't there. */
function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "ERR_MODULE_NOT_FOUND" || code === "ERR_UNKNOWN_BUILTIN_MODULE";
}

async function viaNode(file: string): Promise<Sqlite> {
  const { DatabaseSync } = await optionalPackage<NodeSqlite>("node:sqlite");
  const db = new DatabaseSync(file);
  return {
    exec: (sql) => db.exec(sql),
    run: (sql, values) => void db.prepare(sql).run(...values),
    all: (sql) => db.prepare(sql).all(),
    close: () => db.close(),
  };
}

/** It locks by a folder beside the file, which a process that is killed leaves behind. */
async function viaPackage(file: string): Promise<Sqlite> {
  const { Database } = (await optionalPackage<WasmSqlite>("node-sqlite3-wasm")).default;
  rmSync(`${file}.lock`, { recursive: true, force: true });
  const db = new Database(file);
  return {
    exec: (sql) => db.exec(sql),
    run: (sql, values) => void db.run(sql, [...values]),
    all: (sql) => db.all(sql),
    close: () => db.close(),
  };
}

async function opened(file: string): Promise<Sqlite> {
  try {
    return await viaNode(file);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    return await viaPackage(file);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new UserError(
      "a sweep keeps its state in SQLite, which Node has from 22.5 on; here it needs: npm install node-sqlite3-wasm",
      1,
      { cause },
    );
  }
}

/**
 * Opens an SQLite file for this process alone: the caller holds a lock of its own, for those of the two libraries don't know of
 * each other. Writes are appended to a log beside the file (WAL) and are on disk when a transaction ends, so that a kill loses nothing.
 */
export async function openSqlite(file: string): Promise<Sqlite> {
  try {
    const db = await opened(file);
    db.exec("pragma locking_mode = exclusive");
    db.exec("pragma journal_mode = wal");
    db.exec("pragma synchronous = full");
    return db;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${file} can't be opened as SQLite: ${reason}`, 1, { cause });
  }
}
