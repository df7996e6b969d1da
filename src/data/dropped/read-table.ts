import { UserError } from "../../tensor/index.js";
import type { Dataset } from "../dataset.js";
import { delimitedInput } from "../table/delimited.js";
import { encodeInMemory } from "../table/encoded-rows.js";
import { jsonInput } from "../table/json-rows.js";
import { modelColumns } from "../table/model-columns.js";
import { knownOf, openLater } from "../table/later-layout.js";
import { checkedTableSchema, type TableSchema } from "../table/schema.js";
import { type EncodeRows, fittedDataset, tableDataset } from "../table/table-dataset.js";
import type { TableReading } from "../table/table-reading.js";
import type { TableInput } from "../table/table-input.js";
import { lastName } from "../formats/found-set.js";
import { textIn, type Watch } from "./file-bytes.js";
import { type FileLimits, megabytes, type PlacedFile } from "./some-file.js";

/** How a table in a file is read. */
export interface TableFileReading extends TableReading {
  /** The data set's name. Default: the file's. */
  readonly name?: string;
  /** What the columns are; default: it is inferred from the training rows. */
  readonly schema?: TableSchema;
}

/** The same input, of so many rows at most. */
function bounded(input: TableInput, { rows: most }: FileLimits): TableInput {
  return {
    ...input,
    async *chunks() {
      for await (const table of input.chunks()) {
        if (table.first + table.rows > most) {
          throw new UserError(
            `${input.place} has more than ${most.toLocaleString("en-US")} rows: read a part of it, allow more with ` +
              "limits: { rows }, or train with the command line",
          );
        }
        yield table;
      }
    },
  };
}

function encoderWithin(memory: number): EncodeRows {
  return async (rows, sizes) => {
    const bytes = 4 * modelColumns(rows.fitted).length * (sizes[0] + sizes[1]);
    if (bytes <= memory) return encodeInMemory(rows, sizes);
    throw new UserError(
      `${rows.place}: its numbers take ${megabytes(bytes)} of memory, more than the ${megabytes(memory)} that are allowed in a page: ` +
        "read a part of it, allow more with limits: { memory }, or train with the command line, which streams them",
    );
  };
}

/** The data set of a table of text, as `datasets.table` makes it of the same file. */
export async function readTable(
  file: PlacedFile,
  options: TableFileReading,
  limits: FileLimits,
  watch: Watch,
): Promise<Dataset> {
  const { fitted } = options;
  const given =
    options.schema === undefined || fitted !== undefined
      ? undefined
      : checkedTableSchema("the table's schema", options.schema);
  const text = await textIn(file, watch);
  const [, ending = ""] = /\.(jsonl|ndjson|json)(?:\.gz)?$/i.exec(file.path) ?? [];
  const { layout, wanted } = knownOf(fitted, given);
  const input = bounded(
    ending === ""
      ? await openLater(layout, wanted, (told) => delimitedInput(text, told))
      : await jsonInput(text, ending.toLowerCase() === "json" ? "json" : "jsonl"),
    limits,
  );
  const stem = lastName(file.path)
    .replace(/\.gz$/i, "")
    .replace(/\.\w+$/, "");
  const { validation } = options;
  const names = { name: options.name ?? stem, ...(validation !== undefined && { heldOut: validation }) };
  const encode = encoderWithin(limits.memory);
  return fitted === undefined
    ? tableDataset(input, given, options, names, encode)
    : fittedDataset(input, fitted, { name: names.name }, encode);
}
