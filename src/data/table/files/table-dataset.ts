import { basename, isAbsolute } from "node:path";
import {
  be,
  type ChecksOf,
  columnNumber,
  type ModelColumn,
  requireArgument,
  requireOptions,
} from "../../../catalogue/index.js";
import type { Dataset } from "../../dataset.js";
import { UserError } from "../../../tensor/index.js";
import type { ColumnKind } from "../../schema.js";
import { usualMemory } from "../../memory.js";
import { fitFrom } from "../fit.js";
import type { FittedTable } from "../fitted.js";
import { inferTable } from "../infer-table.js";
import { modelColumns } from "../model-columns.js";
import type { TableSchema } from "../schema.js";
import type { TextTable } from "../texts.js";
import { factsOfColumns } from "../training-facts.js";
import { encodeInMemory, encodeToFiles } from "./encoded-rows.js";
import { openTable, openTablePart } from "./open-table.js";
import { firstReading, matched } from "./first-reading.js";
import type { TableInput, TablePart } from "./table-input.js";
import { readSchema } from "./read-schema.js";

/** Options of `datasets.table`. */
export interface TableOptions {
  /** The data set's name. Default: the file's. */
  readonly name?: string;
  /** What the columns are, or the file that says it; default: it is inferred from the training rows. */
  readonly schema?: TableSchema | string;
  /**
   * What was learned of a table before, as a trained model's `schema.table` says: its rows are read by that, nothing is learned
   * anew, and all rows in their order are `train` and `test` both.
   */
  readonly fitted?: FittedTable;
  /** How many rows are held out, or which share below 1; 0: none, and `test` is the same as `train`. Default 0.1. */
  readonly validation?: number;
  /** Decides which rows are held out. Default 0. */
  readonly seed?: number | bigint;
  /**
   * Bytes of memory that the rows' numbers may take; beyond, they are streamed from a file in the cache folder, with the
   * same results. Default: 1 GiB, or a quarter of the machine's memory if that is less.
   */
  readonly memory?: number;
  /** Of an SQL query, the folder below which all files that it reads must lie. */
  readonly folder?: string;
}

const tableChecks = {
  name: be.text,
  schema: {
    expected: "a table schema, as inferTableSchema makes, or the path of one",
    ok: (value) => typeof value === "string" || (typeof value === "object" && value !== null),
  },
  fitted: be.having(["version", "schema", "columns"], "a fitted table, as a data set's schema.table is"),
  validation: be.number(0),
  seed: be.seed,
  memory: { expected: "a number of bytes from 0", ok: (value) => typeof value === "number" && value >= 0 },
  folder: be.text,
} as const satisfies ChecksOf<TableOptions>;

function heldNote([train, held]: readonly [number, number], seed: number | bigint): string {
  if (held === 0)
    return "No row is held out: what is measured on the test part is measured on the training rows.";
  return (
    `${held.toLocaleString("en-US")} of the ${(train + held).toLocaleString("en-US")} rows, drawn with seed ${seed}, are held out ` +
    "for validation and testing; everything is learned from the others."
  );
}

function kindOf(column: ModelColumn): ColumnKind {
  const number = columnNumber(column);
  if (number !== "choice") return number;
  return column.of === "bernoulli" ? "boolean" : "category";
}

/** A fitted table as a data set's columns. */
export function columnsSchema(fitted: FittedTable): NonNullable<Dataset["schema"]> {
  return {
    kind: "columns",
    columns: modelColumns(fitted).map((column, start) => ({
      name: column.name,
      kind: kindOf(column),
      codec: { type: "plain" },
      start,
      size: 1,
    })),
    table: fitted,
  };
}

/**
 * Loads a table: CSV, TSV (plain or gzipped), JSON, JSONL, Parquet, SQLite, DuckDB or an SQL query. What the columns are is
 * inferred from the training rows unless `schema` says it; scales, categories and quantiles are learned from the training
 * rows only. Some rows (a tenth unless told otherwise) are held out and are `validation` and `test` both. Examples are the
 * numbers that `modelColumns(dataset.schema.table)` describes, NaN for what isn't there. See docs/tables.md.
 *
 * @throws UserError naming the file and what to do: no such file, no rows, a damaged line, a cell that contradicts the schema
 */
export async function loadTable(source: string, options: TableOptions = {}): Promise<Dataset> {
  requireArgument("datasets.table", "the source", source, be.text);
  requireOptions("datasets.table", options, tableChecks);
  if (options.fitted !== undefined) return readFitted(source, options.fitted, options);
  const given = options.schema === undefined ? undefined : await readSchema(options.schema);
  const input = await openTable(source, given?.file, options.folder);
  try {
    const told = given && matched(given, input);
    const { facts, held, sizes, kept } = await firstReading(input, options, told?.schema);
    const schema =
      told?.schema ?? inferTable(facts.summaries, facts.sample, input.file, input.stored, input.notes);
    const fitted = fitFrom(
      schema,
      factsOfColumns(
        facts,
        schema.columns.map(({ name }) => name),
      ),
    );
    const rows = { place: input.place, fitted, held, chunks: () => kept ?? input.chunks() };
    const size = modelColumns(fitted).length;
    const bytes = 8 * size * (sizes[0] + sizes[1]);
    const streams = bytes > (options.memory ?? usualMemory());
    const [train, other] = streams
      ? await encodeToFiles(
          rows,
          sizes,
          JSON.stringify([input.stamp, String(options.seed ?? 0), options.validation ?? 0.1]),
        )
      : await encodeInMemory(rows, sizes);
    const test = other.length === 0 ? train : other;
    const notes = [heldNote(sizes, options.seed ?? 0), ...(schema.notes ?? []), ...(told?.notes ?? [])];
    return {
      name: options.name ?? nameOf(input.place),
      source: sourceOf(source, input),
      kind: "vector",
      shape: [size],
      schema: columnsSchema(fitted),
      train,
      test,
      ...(other.length === 0 ? {} : { validation: other }),
      notes,
    };
  } finally {
    await input.close();
  }
}

/** Columns that a model of the table needs and a file lacks. */
function requireModelled(fitted: FittedTable, { names, place }: TableInput): void {
  const lacking = modelColumns(fitted).find(({ name }) => !names.includes(name))?.name;
  if (lacking === undefined) return;
  throw new UserError(
    `${place} has no column "${lacking}", which the model has; its columns are ${names.slice(0, 12).join(", ")}`,
  );
}

/** The texts of the column that tells rows apart, if they are few enough to keep. */
function idsOf(fitted: FittedTable, tables: readonly TextTable[] | undefined): readonly string[] | undefined {
  const key = fitted.columns.find(({ as }) => as === "key")?.name;
  if (key === undefined || tables === undefined) return undefined;
  return tables.flatMap(({ names, columns, rows }) => {
    const { texts = [], codes = [] } = columns[names.indexOf(key)] ?? {};
    return Array.from({ length: rows }, (_, row) => texts[codes[row] ?? -1] ?? "");
  });
}

/** Up to so many rows stay in memory to be read once only. */
const keptRows = 200_000;

/** Whether a table of so many rows, read by what was learned before, has its key as its rows' ids. */
export function hasIds(rows: number): boolean {
  return rows <= keptRows;
}

/**
 * Some rows of a table as it was learned before, in memory: `train` and `test` both. With `ids`, the key tells them apart. Throws
 * a UserError that names the file, also if there are fewer rows.
 */
export async function readFittedPart(
  source: string,
  fitted: FittedTable,
  part: TablePart,
  ids: boolean,
): Promise<Dataset> {
  const input = await openTablePart(source, fitted.schema.file, part);
  try {
    requireModelled(fitted, input);
    const tables: TextTable[] = [];
    for await (const table of input.chunks()) tables.push(table);
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    if (rows !== part.rows)
      throw new UserError(`${input.place} has ${rows} rows from row ${part.first + 1} on, not ${part.rows}`);
    const held = { wanted: (_: number, count: number) => new Uint8Array(count).fill(1) };
    const [all] = await encodeInMemory({ place: input.place, fitted, held, chunks: () => tables }, [rows, 0]);
    const names = ids ? idsOf(fitted, tables) : undefined;
    const split = names === undefined ? all : { ...all, ids: names };
    const columns = { kind: "vector", shape: [modelColumns(fitted).length] } as const;
    return {
      name: nameOf(input.place),
      ...columns,
      schema: columnsSchema(fitted),
      train: split,
      test: split,
      notes: [],
    };
  } finally {
    await input.close();
  }
}

/** A table as it was learned before. */
async function readFitted(source: string, fitted: FittedTable, options: TableOptions): Promise<Dataset> {
  const input = await openTable(source, fitted.schema.file, options.folder);
  try {
    requireModelled(fitted, input);
    let rows = 0;
    let kept: TextTable[] | undefined = [];
    for await (const table of input.chunks()) {
      rows += table.rows;
      if (rows > keptRows) kept = undefined;
      kept?.push(table);
    }
    if (rows === 0) throw new UserError(`${input.place} has no rows`);
    const size = modelColumns(fitted).length;
    const held = { wanted: (_: number, count: number) => new Uint8Array(count).fill(1) };
    const reading = { place: input.place, fitted, held, chunks: () => kept ?? input.chunks() };
    const streams = 8 * size * rows > (options.memory ?? usualMemory());
    const [all] = streams
      ? await encodeToFiles(reading, [rows, 0], JSON.stringify([input.stamp, "all"]))
      : await encodeInMemory(reading, [rows, 0]);
    const ids = idsOf(fitted, kept);
    const split = ids === undefined ? all : { ...all, ids };
    return {
      name: options.name ?? nameOf(input.place),
      source: sourceOf(source, input),
      kind: "vector",
      shape: [size],
      schema: columnsSchema(fitted),
      train: split,
      test: split,
      notes: [],
    };
  } finally {
    await input.close();
  }
}

/** Where to find a table again: the query itself, or a file's full path, with the table's name behind it where one was chosen. */
function sourceOf(source: string, { place }: TableInput): string {
  if (!isAbsolute(place)) return source;
  const table = /#[^#]+$/.exec(source)?.[0];
  return table === undefined || place.endsWith(table) ? place : place + table;
}

function nameOf(place: string): string {
  return /^[\w./\\: -]+$/.test(place)
    ? basename(place)
        .replace(/\.(gz|zst)$/, "")
        .replace(/\.\w+$/, "")
    : "query";
}
