import { columnNumber, type ModelColumn } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import type { Dataset, Split } from "../dataset.js";
import type { ColumnKind } from "../schema.js";
import { contradictions } from "./contradictions.js";
import type { RowsToEncode } from "./encoded-rows.js";
import { fitFrom } from "./fit.js";
import type { FittedTable } from "./fitted.js";
import { firstReading, matched } from "./first-reading.js";
import { inferTable } from "./infer-table.js";
import { isInside } from "./fitted.js";
import { modelColumns } from "./model-columns.js";
import type { TableSchema } from "./schema.js";
import { type StrangeFound, strangeNotes, StrangeRows } from "./strange-rows.js";
import type { TableInput } from "./table-input.js";
import type { TableReading } from "./table-reading.js";
import type { TextTable } from "./texts.js";
import { factsOfColumns } from "./training-facts.js";

/** Makes rows numbers, in memory or elsewhere: those to learn from and those held out; `stamp` says what decides on them. */
export type EncodeRows = (
  rows: RowsToEncode,
  sizes: readonly [number, number],
  stamp: readonly unknown[],
) => Promise<[Split, Split]>;

/** What a data set of a table is called, where it is found again, and what was told of its held-out rows. */
export type TableNames = Pick<Dataset, "name" | "source" | "heldOut">;

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

/** A table learned anew, or by a schema that is given, checked; `apart` has the held-out rows, if they are no part of it. Throws a UserError that names the place. */
export async function tableDataset(
  input: TableInput,
  given: TableSchema | undefined,
  { validation = 0.1, seed = 0 }: TableReading,
  names: TableNames,
  encode: EncodeRows,
  apart?: TableInput,
): Promise<Dataset> {
  const told = given && matched(given, input);
  const amount = apart === undefined ? validation : 0;
  const { facts, held, sizes, kept } = await firstReading(input, { validation: amount, seed }, told?.schema);
  const schema =
    told?.schema ?? inferTable(facts.summaries, facts.sample, input.file, input.stored, input.notes);
  const own = schema.columns.map(({ name }) => name);
  const training = factsOfColumns(facts, own);
  const fitted = fitFrom(schema, training);
  const rows = { place: input.place, fitted, held, chunks: () => kept ?? input.chunks() };
  const size = modelColumns(fitted).length;
  const [train, drawn] = await encode(rows, sizes, [input.stamp, String(seed), amount]);
  const other = apart === undefined ? drawn : await rowsApart(apart, input, fitted, encode);
  const test = other.length === 0 ? train : other;
  return {
    ...names,
    kind: "vector",
    shape: [size],
    schema: columnsSchema(fitted),
    train,
    test,
    ...(other.length === 0 ? {} : { validation: other }),
    notes: [
      apart === undefined ? heldNote(sizes, seed) : apartNote(sizes[0], other.length, apart),
      ...(schema.notes ?? []),
      ...(told?.notes ?? []),
      ...contradictions(fitted, training),
    ],
  };
}

/** Columns that a model of the table needs and a file lacks. */
function requireModelled(fitted: FittedTable, { names, place }: TableInput, whose = "the model has"): void {
  const needed = fitted.columns.flatMap((column) =>
    isInside(column) ? (column.as === "combined" ? column.columns : [column.name]) : [],
  );
  const lacking = needed.find((name) => !names.includes(name));
  if (lacking === undefined) return;
  throw new UserError(
    `${place} has no column "${lacking}", which ${whose}; its columns are ${names.slice(0, 12).join(", ")}`,
  );
}

function apartNote(train: number, held: number, { place }: TableInput): string {
  return (
    `The ${held.toLocaleString("en-US")} rows of ${place} are for validation and testing; everything is learned from the ` +
    `${train.toLocaleString("en-US")} training rows.`
  );
}

/** Held-out rows of a table of their own, by what was learned of the training rows. Throws a UserError that names the place. */
async function rowsApart(
  apart: TableInput,
  input: TableInput,
  fitted: FittedTable,
  encode: EncodeRows,
): Promise<Split> {
  requireModelled(fitted, apart, `the training rows of ${input.place} have`);
  return (await fittedDataset(apart, fitted, { name: apart.place }, encode)).train;
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
export const keptRows = 200_000;

/** A table as it was learned before, and what of it the model doesn't see. */
export interface FittedDataset extends Dataset {
  readonly strange: StrangeFound;
}

/** A table as it was learned before. Throws a UserError that names the place. */
export async function fittedDataset(
  input: TableInput,
  fitted: FittedTable,
  names: TableNames,
  encode: EncodeRows,
): Promise<FittedDataset> {
  requireModelled(fitted, input);
  let rows = 0;
  let kept: TextTable[] | undefined = [];
  const strange = new StrangeRows(fitted);
  for await (const table of input.chunks()) {
    strange.add(table);
    rows += table.rows;
    if (rows > keptRows) kept = undefined;
    kept?.push(table);
  }
  if (rows === 0) throw new UserError(`${input.place} has no rows`);
  const held = { wanted: (_: number, count: number) => new Uint8Array(count).fill(1) };
  const reading = { place: input.place, fitted, held, chunks: () => kept ?? input.chunks() };
  const [all] = await encode(reading, [rows, 0], [input.stamp, "all"]);
  const ids = idsOf(fitted, kept);
  const split = ids === undefined ? all : { ...all, ids };
  return {
    ...names,
    kind: "vector",
    shape: [modelColumns(fitted).length],
    schema: columnsSchema(fitted),
    train: split,
    test: split,
    notes: strangeNotes(strange.found(), input.place),
    strange: strange.found(),
  };
}
