import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { UserError } from "../../../tensor/index.js";

/** What a query may read. */
export interface CheckedQuery {
  readonly sql: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** The query in a line, for messages. */
  readonly place: string;
}

const words =
  /^\(*\s*(select|with|from|values|copy|attach|detach|insert|update|delete|merge|drop|create|alter|install|load|set|reset|pragma|call|export|import|truncate|vacuum|explain|describe|show|summarize|use|begin|commit|execute|prepare)\b/i;
const reading = /^\(*\s*(select|with|from|values)\b/i;

function withoutComments(sql: string): string {
  return sql.replace(/^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/, "");
}

/** Whether a source is meant as SQL: it begins with one of its words, and goes on. */
export function isQuery(source: string): boolean {
  const own = withoutComments(source);
  return words.test(own) && /\s/.test(own.trim());
}

interface Literal {
  readonly text: string;
  /** Where it stands, quotes included. */
  readonly start: number;
  readonly end: number;
}

/** All texts in quotes of an SQL text, also those in double quotes, which may be files too. */
function literalsOf(sql: string): Literal[] {
  const found: Literal[] = [];
  const pattern = /--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;
  for (const match of sql.matchAll(pattern)) {
    const [raw] = match;
    const quote = raw[0];
    if (quote !== "'" && quote !== '"') continue;
    const text = raw.slice(1, -1).replaceAll(quote + quote, quote);
    found.push({ text, start: match.index, end: match.index + raw.length });
  }
  return found;
}

const dataFile = /\.(csv|tsv|txt|parquet|pq|json|jsonl|ndjson)(\.(gz|zst))?$/i;
/** What makes a file name in SQL a pattern. */
export const wild = /[*?[]/;

function inside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (!way.startsWith(`..${sep}`) && way !== ".." && !isAbsolute(way));
}

async function requireInside(
  place: string,
  root: string,
  path: string,
  text: string,
  strict: boolean,
): Promise<void> {
  const real = await realpath(path).catch(() => path);
  if (inside(root, real)) return;
  throw new UserError(
    `${place}: "${text}" lies outside ${root}, and ${strict ? "nothing else may be read" : "is read only if it is named by its full path"}`,
    2,
  );
}

/** The folder that a pattern's matches lie below: what stands before the first wildcard. */
export function baseOf(pattern: string): string {
  const parts = pattern.split("/");
  const first = parts.findIndex((part) => wild.test(part));
  return parts.slice(0, first).join("/") || (pattern.startsWith("/") ? "/" : ".");
}

/**
 * What a query may read: the files that stand in it in quotes. Relative ones lie below `folder` (default: the current one),
 * also once links are followed; by their full path others may be named, unless a folder was given.
 *
 * @throws UserError for what is no reading query and for a file that lies elsewhere
 */
export async function checkedQuery(query: string, folder: string | undefined): Promise<CheckedQuery> {
  const sql = withoutComments(query).replace(/[\s;]+$/, "");
  const line = sql.replace(/\s+/g, " ");
  const place = `the query "${line.length > 80 ? `${line.slice(0, 77)}...` : line}"`;
  if (!reading.test(sql)) {
    throw new UserError(
      `${place}: only a query that reads (select ...) is run, nothing that writes or changes anything`,
      2,
    );
  }
  const root = await realpath(resolve(folder ?? ".")).catch(() => resolve(folder ?? "."));
  const files: string[] = [];
  const folders: string[] = [];
  let rewritten = "";
  let done = 0;
  for (const { text, start, end } of literalsOf(sql)) {
    if (/^\w{2,}:\/\//.test(text) && dataFile.test(text)) {
      throw new UserError(`${place}: "${text}" is not on this machine; nothing is read from the network`, 2);
    }
    if (!dataFile.test(text)) continue;
    const strict = folder !== undefined || !isAbsolute(text);
    const path = resolve(root, text);
    const pattern = wild.test(text);
    const there = pattern ? baseOf(path) : path;
    if ((await stat(there).catch(() => undefined)) === undefined) continue;
    if (strict) await requireInside(place, root, there, text, folder !== undefined);
    if (pattern) {
      // links in it that lead out of it are refused by DuckDB
      folders.push(there.endsWith("/") ? there : `${there}/`);
    } else {
      files.push(path, await realpath(path));
    }
    const before = sql.slice(0, start);
    if (!isAbsolute(text) && /\b(from|join)\s*$|,\s*$|\bread_\w+\s*\(\s*\[?\s*$/i.test(before)) {
      rewritten += `${sql.slice(done, start)}${sql[start]}${path.replaceAll(sql[start] ?? "'", (sql[start] ?? "'").repeat(2))}${sql[start]}`;
      done = end;
    }
  }
  return { sql: rewritten + sql.slice(done), files: [...new Set(files)], folders, place };
}
