import { stat } from "node:fs/promises";
import { UserError } from "../../../tensor/index.js";
import { fileError } from "../../files.js";
import type { ManyFiles } from "../../many/files.js";
import type { TableMarks } from "../delimited.js";
import type { TableFile } from "../schema.js";
import { sliceTable, type TextTable } from "../texts.js";
import type { TableInput, TablePart } from "../table-input.js";
import { csvInput, csvMarks } from "./csv-input.js";
import { parquetInput, parquetRows } from "./duckdb-input.js";

/** Opens one file as a table. */
export type OpenFile = (path: string, known?: TableFile) => Promise<TableInput>;

/** Throws the UserError for a file whose columns are others than those of the first. */
function requireSame(first: TableInput, other: TableInput): void {
  const lacking = first.names.filter((name) => !other.names.includes(name));
  const besides = other.names.filter((name) => !first.names.includes(name));
  const some = (names: readonly string[]): string =>
    names
      .map((name) => `"${name}"`)
      .slice(0, 5)
      .join(", ");
  const where = `${other.place}: its columns are not those of ${first.place}`;
  if (lacking.length > 0 || besides.length > 0)
    throw new UserError(
      `${where}: ${[lacking.length > 0 && `it lacks ${some(lacking)}`, besides.length > 0 && `it also has ${some(besides)}`].filter(Boolean).join(" and ")}`,
    );
  const moved = first.names.findIndex((name, i) => other.names[i] !== name);
  if (moved >= 0)
    throw new UserError(
      `${where}: they are in another order, "${other.names[moved]}" in place of "${first.names[moved]}"`,
    );
  const type = first.stored?.findIndex((one, i) => other.stored?.[i] !== one) ?? -1;
  if (first.file.format === "parquet" && type >= 0)
    throw new UserError(
      `${where}: "${first.names[type]}" is stored as ${other.stored?.[type]}, not ${first.stored?.[type]}`,
    );
}

/** Rows of some files one behind the other, numbered through. */
async function* numbered(
  inputs: AsyncIterable<TableInput>,
  { first, rows }: Pick<TablePart, "first" | "rows">,
): AsyncGenerator<TextTable> {
  let next = first;
  const end = first + rows;
  for await (const input of inputs) {
    for await (const table of input.chunks()) {
      const own = { ...table, first: next };
      next += table.rows;
      yield next > end ? sliceTable(own, first, end) : own;
      if (next >= end) return;
    }
  }
}

/** Opens files one after the other, each when the one before has been read, and requires their columns to be those of `like`. */
async function* opened(
  like: TableInput,
  paths: readonly string[],
  open: (path: string, index: number) => Promise<TableInput>,
): AsyncGenerator<TableInput> {
  for (const [i, path] of paths.entries()) {
    const input = await open(path, i);
    try {
      requireSame(like, input);
      yield input;
    } finally {
      await input.close();
    }
  }
}

async function sizeOf(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }> {
  return stat(path).catch((cause: unknown) => {
    throw fileError(cause, `read ${path}`);
  });
}

/** The first file, closed: it says what the others are to be like. Types that are guessed from a file's own values are left out. */
async function firstOf(
  { paths: [path = ""] }: ManyFiles,
  open: OpenFile,
  known?: TableFile,
): Promise<TableInput> {
  const input = await open(path, known);
  await input.close();
  if (input.file.format === "parquet" || input.stored === undefined) return input;
  return { ...input, stored: input.names.map(() => "VARCHAR") };
}

/** Many files as one table, read one after the other. Throws a UserError that names a file whose columns differ. */
export async function manyTables(files: ManyFiles, open: OpenFile, known?: TableFile): Promise<TableInput> {
  const first = await firstOf(files, open, known);
  const { place, paths } = files;
  const stamps: string[] = [];
  for (const path of paths) {
    const { size, mtimeMs } = await sizeOf(path);
    stamps.push(`${path} ${size} ${mtimeMs}`);
  }
  return {
    ...first,
    place,
    stamp: stamps.join("\n"),
    notes: [`${paths.length} files are read one behind the other, sorted by name.`, ...first.notes],
    chunks: () =>
      numbered(
        opened(first, paths, (path) => open(path, known ?? first.file)),
        { first: 0, rows: Infinity },
      ),
    close: () => Promise.resolve(),
  };
}

/**
 * How many rows many files have and, of text that can be entered, where every so many begin: bytes of all files one behind the
 * other.
 */
export async function manyMarks(
  files: ManyFiles,
  open: OpenFile,
  known: TableFile | undefined,
  every: number,
): Promise<TableMarks> {
  const first = await firstOf(files, open, known);
  let [rows, bytes] = [0, 0];
  let offsets: number[] | undefined = files.kind === "text" ? [] : undefined;
  for await (const input of opened(first, files.paths, (path) => open(path, known ?? first.file))) {
    const path = input.place;
    if (files.kind === "text") {
      const marks = await csvMarks(path, known ?? first.file, every, rows);
      if (marks.offsets === undefined) offsets = undefined;
      else offsets?.push(...marks.offsets.map((offset) => bytes + offset));
      rows += marks.rows;
      bytes += (await sizeOf(path)).size;
    } else if (files.kind === "parquet") rows += await rowsOf(path);
    else for await (const table of input.chunks()) rows += table.rows;
  }
  return { rows, ...(offsets !== undefined && { offsets }) };
}

const counted = new Map<string, { readonly stamp: string; readonly rows: number }>();

/** Rows of a Parquet file; it is asked once. */
async function rowsOf(path: string): Promise<number> {
  const { size, mtimeMs } = await sizeOf(path);
  const stamp = `${size} ${mtimeMs}`;
  const known = counted.get(path);
  if (known?.stamp === stamp) return known.rows;
  const rows = await parquetRows(path);
  counted.set(path, { stamp, rows });
  return rows;
}

/** Some rows of many files: text is entered where the first of them begins, Parquet by number, others are read over up to it. */
export async function manyPart(
  files: ManyFiles,
  open: OpenFile,
  known: TableFile | undefined,
  part: TablePart,
): Promise<TableInput> {
  const { first, rows, offset } = part;
  const like = await firstOf(files, open, known);
  const inputs = (): AsyncIterable<TableInput> => {
    const layout = known ?? like.file;
    if (files.kind === "text" && offset !== undefined) return fromOffset(like, files, layout, part);
    if (files.kind === "parquet") return fromRow(like, files, part);
    return opened(like, files.paths, (path) => open(path, layout));
  };
  const entered = files.kind === "parquet" || (files.kind === "text" && offset !== undefined);
  return {
    ...like,
    place: files.place,
    async *chunks() {
      if (entered) {
        yield* numbered(inputs(), part);
        return;
      }
      for await (const table of numbered(inputs(), { first: 0, rows: first + rows }))
        if (table.first + table.rows > first) yield sliceTable(table, first, first + rows);
    },
    close: () => Promise.resolve(),
  };
}

async function* fromOffset(
  like: TableInput,
  { paths }: ManyFiles,
  known: TableFile,
  { first, rows, offset = 0 }: TablePart,
): AsyncGenerator<TableInput> {
  let before = 0;
  let index = 0;
  for (; index < paths.length; index++) {
    const { size } = await sizeOf(paths[index] ?? "");
    if (offset < before + size) break;
    before += size;
  }
  yield* opened(like, paths.slice(index), (path, i) =>
    i === 0 ? csvInput(path, known, { first, rows, offset: offset - before }) : csvInput(path, known),
  );
}

async function* fromRow(
  like: TableInput,
  { paths }: ManyFiles,
  { first, rows }: TablePart,
): AsyncGenerator<TableInput> {
  let before = 0;
  for (const path of paths) {
    if (before >= first + rows) return;
    const own = await rowsOf(path);
    const from = Math.max(0, first - before);
    const to = Math.min(own, first + rows - before);
    before += own;
    if (from < to) yield* opened(like, [path], () => parquetInput(path, { first: from, rows: to - from }));
  }
}
