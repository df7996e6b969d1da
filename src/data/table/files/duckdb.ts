import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as duckDbModule from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import { UserError } from "../../../tensor/index.js";
import { optionalPackage } from "../../optional-package.js";
import { baseOf, wild } from "./query.js";

type DuckDb = typeof duckDbModule;

/** The embedded database. Throws a UserError that says how to install it if it isn't there. */
export async function duckDb(what: string): Promise<DuckDb> {
  try {
    return await optionalPackage<DuckDb>("@duckdb/node-api");
  } catch (cause) {
    throw new UserError(
      `${what} needs the package @duckdb/node-api, which is not installed here: npm install @duckdb/node-api@1.5.6-r.1 ` +
        "(CSV and TSV files need none)",
      1,
      { cause },
    );
  }
}

/** What a database may read, and how much memory it may take. */
export interface DuckDbOptions {
  readonly threads: number;
  /** Database file that is attached as `source`, read-only. */
  readonly attach?: string;
  /** Files that may be read, and folders of which all files may be. */
  readonly files?: readonly string[];
  readonly folders?: readonly string[];
  /** Whether files may be written: only for statements of our own. */
  readonly writes?: boolean;
}

/** What of the memory is the database's; what needs more goes through files. */
const memoryLimit = "256MB";

/** An opened database: `close` it, which removes its files. */
export interface OpenedDuckDb {
  readonly connection: DuckDBConnection;
  close(): Promise<void>;
}

/** A text as SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const list = (texts: readonly string[]): string => `[${texts.map(quoted).join(", ")}]`;

/**
 * Opens a database in memory that reads nothing but what is named, loads no extension and whose settings stay as they are.
 */
export async function openDuckDb(what: string, options: DuckDbOptions): Promise<OpenedDuckDb> {
  const { DuckDBInstance } = await duckDb(what);
  const folder = await mkdtemp(join(tmpdir(), "latent-duckdb-"));
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    temp_directory: folder,
    memory_limit: memoryLimit,
    threads: String(options.threads),
  });
  const connection = await instance.connect();
  const close = async (): Promise<void> => {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await connection.run("set TimeZone = 'UTC'");
    if (options.attach !== undefined) {
      await connection.run(`attach ${quoted(options.attach)} as source (read_only)`);
    }
    if (options.writes !== true) {
      const files = [...(options.files ?? []), ...(options.attach === undefined ? [] : [options.attach])];
      await connection.run(`set allowed_paths = ${list(files)}`);
      await connection.run(`set allowed_directories = ${list(options.folders ?? [])}`);
      await connection.run("set enable_external_access = false");
      await connection.run("set lock_configuration = true");
    }
    return { connection, close };
  } catch (cause) {
    await close();
    throw duckDbError(what, cause);
  }
}

/** What DuckDB says in a line, as a UserError about `place`. */
export function duckDbError(place: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const [first = ""] = text.split(/\n\s*\n|\n\s*(?:LINE|Possible)/);
  const told = first.replace(/\s+/g, " ").slice(0, 400);
  if (/^Permission Error/.test(text)) {
    const file = /"([^"]*)"/.exec(text)?.[1] ?? "";
    if (wild.test(file) && !existsSync(baseOf(file)))
      return new UserError(
        `${place}: no file matches "${file}": there is no folder "${baseOf(file)}"; check its name and folder`,
        2,
        { cause },
      );
    if (file !== "" && !wild.test(file) && !existsSync(file))
      return new UserError(
        `${place}: there is no file "${file}"; check its name and the folder that it is in`,
        2,
        { cause },
      );
    return new UserError(
      `${place}: it reads ${file === "" ? "something" : `"${file}"`}, which was not named: a query may only read files that stand in it in ` +
        "quotes, below the current folder (or `folder`) or by their full path",
      2,
      { cause },
    );
  }
  const unmatched = /^IO Error: No files found that match the pattern "([^"]*)"/.exec(text)?.[1];
  if (unmatched !== undefined)
    return new UserError(`${place}: no file matches "${unmatched}"; check its name and folder`, 2, { cause });
  const named = /^Catalog Error: Table with name (\S*[/\\.]\S*) does not exist/.exec(text)?.[1];
  if (named !== undefined) {
    return new UserError(
      `${place}: "${named}" is not read: it is no file of data that is there (.csv, .tsv, .json, .jsonl, .parquet)`,
      2,
      { cause },
    );
  }
  return new UserError(`${place}: ${told}`, 1, { cause });
}
