import {
  type Dataset,
  decodeRows,
  type DecodedRows,
  type FittedTable,
  readExamples,
  readingOfColumn,
  type Split,
} from "../data/index.js";
import type { TrainedVae } from "../model/index.js";
import type { ReportTable } from "../plot/index.js";
import { generateRows } from "../rows/index.js";
import type { RunPicture } from "./run-picture.js";

/** So many generated rows are listed. */
const listed = 16;
/** So many rows of either table are compared column by column, at most. */
const compared = 2000;
/** Training rows are taken in so many stretches, as files are often sorted. */
const stretches = 20;
/** Longer texts are cut in the list. */
const mostLetters = 60;

const cut = (text: string): string =>
  text.length <= mostLetters ? text : `${text.slice(0, mostLetters - 1)}…`;

/** New rows as the table writes them. */
export async function generatedRows(model: TrainedVae, { schema }: FittedTable): Promise<ReportTable> {
  const { names, cells } = await generateRows(model, listed);
  const right = schema.columns.flatMap((column, i) => (readingOfColumn(column) === undefined ? [] : [i]));
  return {
    title: "Generated rows",
    caption:
      `The first ${listed} rows that this model generates (seed 0), written as its table is; an empty cell is a missing value. ` +
      "For more: latent generate.",
    columns: names.map(cut),
    rows: cells.map((row) => row.map(cut)),
    right,
  };
}

/** Rows of a split from all over it, as its table writes them. */
async function realRows({ length, ...split }: Split, table: FittedTable): Promise<DecodedRows> {
  const count = Math.min(length, compared);
  const parts = count === length ? 1 : stretches;
  const each = Math.floor(count / parts);
  const rows: DecodedRows[] = [];
  for (let i = 0; i < parts; i++) {
    const start = Math.floor((i * length) / parts);
    const { data } = await readExamples({ length, ...split }, start, start + each);
    rows.push(decodeRows(table, data, { first: i * each }));
  }
  return {
    names: rows[0]?.names ?? [],
    cells: rows.flatMap(({ cells }) => cells),
    values: rows.flatMap(({ values }) => values),
  };
}

/** How the columns of generated rows are distributed beside those of training rows. */
export async function columnsPicture(
  model: TrainedVae,
  { train }: Dataset,
  table: FittedTable,
): Promise<RunPicture> {
  // loaded when it is needed, as all of `quality` is
  const { columnsBeside } = await import("../quality/report/columns-beside.js");
  const { tableOfCells } = await import("../quality/table/plain-table.js");
  const real = await realRows(train, table);
  const made = await generateRows(model, real.cells.length);
  // new keys and constants tell nothing
  const told = table.columns.flatMap(({ as }, i) => (as === "key" || as === "same" ? [] : [i]));
  const of = (name: string, { names, cells }: DecodedRows) =>
    tableOfCells(
      name,
      told.map((i) => names[i] ?? ""),
      cells.map((row) => told.map((i) => row[i] ?? "")),
    );
  const svg = columnsBeside(of("training rows", real), of("generated rows", made), table.schema);
  const count = real.cells.length.toLocaleString("en-US");
  return {
    title: "Columns, the least alike first",
    caption:
      `Grey are ${count} training rows, blue as many generated ones (seed 0). A shape of 1 is the same distribution, and chance alone costs ` +
      "a few hundredths where rows are few. latent quality tells how columns hang together, and whether rows are copied.",
    files: { "columns.svg": svg },
  };
}
