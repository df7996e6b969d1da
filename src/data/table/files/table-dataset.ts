import { basename, dirname, isAbsolute } from "node:path";
import { be, type ChecksOf, requireArgument, requireOptions } from "../../../catalogue/index.js";
import type { Dataset } from "../../dataset.js";
import { usualMemory } from "../../memory.js";
import { encodeInMemory } from "../encoded-rows.js";
import { modelColumns } from "../model-columns.js";
import { followed, type TableProgress } from "../followed.js";
import { knownOf, openLater } from "../later-layout.js";
import type { TableFile, TableSchema } from "../schema.js";
import { type EncodeRows, fittedDataset, tableDataset } from "../table-dataset.js";
import { type TableReading, tableReadingChecks } from "../table-reading.js";
import type { TableInput } from "../table-input.js";
import { encodeToFiles } from "./encoded-rows.js";
import { openTable } from "./open-table.js";
import { readSchema } from "./read-schema.js";

/** Options of `datasets.table`. */
export interface TableOptions extends Omit<TableReading, "validation"> {
  /**
   * How many rows are held out, or which share below 1; 0: none, and `test` is the same as `train`; or a table of held-out rows of its
   * own, a file or a query, read by what was learned of the training rows. Default 0.1.
   */
  readonly validation?: number | string;
  /** The data set's name. Default: the file's. */
  readonly name?: string;
  /** What the columns are, or the file that says it; default: it is inferred from the training rows. */
  readonly schema?: TableSchema | string;
  /**
   * Bytes of memory that the rows' numbers may take; beyond, they are streamed from a file in the cache folder, with the
   * same results. Default: 1 GiB, or a quarter of the machine's memory if that is less.
   */
  readonly memory?: number;
  /** Of an SQL query, the folder below which all files that it reads must lie. */
  readonly folder?: string;
  /** Told of each chunk of rows that was read; a large table is read more than once. */
  readonly onRows?: (progress: TableProgress) => void;
  /** Stops reading; the promise then rejects with its reason. */
  readonly signal?: AbortSignal;
}

const tableChecks = {
  name: be.text,
  schema: {
    expected: "a table schema, as inferTableSchema makes, or the path of one",
    ok: (value) => typeof value === "string" || (typeof value === "object" && value !== null),
  },
  ...tableReadingChecks,
  validation: {
    expected: "a number of rows, a share below 1, or the path of a table of held-out rows",
    ok: (value) =>
      (typeof value === "number" && Number.isFinite(value) && value >= 0) ||
      (typeof value === "string" && value !== ""),
  },
  memory: { expected: "a number of bytes from 0", ok: (value) => typeof value === "number" && value >= 0 },
  folder: be.text,
  onRows: be.callable,
  signal: be.having(["aborted"], "an AbortSignal"),
} as const satisfies ChecksOf<TableOptions>;

/**
 * Loads a table: CSV, TSV (plain or gzipped), JSON, JSONL, Parquet, SQLite, DuckDB or an SQL query; a folder of such files, or a
 * pattern such as `parts/*.csv`, is one table, in the order of their names. What the columns are is
 * inferred from the training rows unless `schema` says it; scales, categories and quantiles are learned from the training
 * rows only. Some rows (a tenth unless told otherwise) are held out and are `validation` and `test` both. Examples are the
 * numbers that `modelColumns(dataset.schema.table)` describes, NaN for what isn't there. See docs/tables.md.
 *
 * @throws UserError naming the file and what to do: no such file, no rows, a damaged line, a cell that contradicts the schema
 */
export async function loadTable(source: string, options: TableOptions = {}): Promise<Dataset> {
  requireArgument("datasets.table", "the source", source, be.text);
  requireOptions("datasets.table", options, tableChecks);
  const { fitted, validation, ...others } = options;
  const given =
    options.schema === undefined || fitted !== undefined ? undefined : await readSchema(options.schema);
  const { layout, wanted } = knownOf(fitted, given);
  const opened = (place: string) => async (told?: TableFile) =>
    followed(await openTable(place, told, options.folder), options);
  const input = await openLater(layout, wanted, opened(source));
  let apart: TableInput | undefined;
  try {
    const names = { name: options.name ?? nameOf(input.place), source: sourceOf(source, input) };
    const encode = encoderWithin(options.memory ?? usualMemory());
    if (fitted !== undefined) return await fittedDataset(input, fitted, names, encode);
    if (typeof validation !== "string") {
      const amount = validation === undefined ? {} : { validation };
      const told = validation === undefined ? {} : { heldOut: validation };
      return await tableDataset(input, given, { ...others, ...amount }, { ...names, ...told }, encode);
    }
    const columns = given ? wanted : input.names;
    apart = await openLater(given?.file ?? input.file, columns, opened(validation));
    const told = { ...names, heldOut: sourceOf(validation, apart) };
    return await tableDataset(input, given, others, told, encode, apart);
  } finally {
    await input.close();
    await apart?.close();
  }
}

/** Rows as numbers in so many bytes of memory; streamed from a file in the cache folder where they take more. */
function encoderWithin(memory: number): EncodeRows {
  return (rows, sizes, stamp) => {
    const bytes = 8 * modelColumns(rows.fitted).length * (sizes[0] + sizes[1]);
    return bytes > memory ? encodeToFiles(rows, sizes, JSON.stringify(stamp)) : encodeInMemory(rows, sizes);
  };
}

/** Where to find a table again: the query itself, or a file's full path, with the table's name behind it where one was chosen. */
function sourceOf(source: string, { place }: TableInput): string {
  if (!isAbsolute(place)) return source;
  const table = /#[^#]+$/.exec(source)?.[0];
  return table === undefined || place.endsWith(table) ? place : place + table;
}

function nameOf(place: string): string {
  if (/[*?][^/\\]*$/.test(place)) return basename(dirname(place));
  return /^[\w./\\: -]+$/.test(place)
    ? basename(place)
        .replace(/\.(gz|zst)$/, "")
        .replace(/\.\w+$/, "")
    : "query";
}
