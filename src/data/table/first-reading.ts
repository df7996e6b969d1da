import { UserError } from "../../tensor/index.js";
import { heldOutCount } from "../hold-out.js";
import type { TrainingFacts } from "./facts.js";
import { drawnRows, type HeldRows, scatteredRows } from "./held-rows.js";
import type { TableSchema } from "./schema.js";
import { FactsBuilder } from "./training-facts.js";
import type { TextTable } from "./texts.js";
import type { TableInput } from "./table-input.js";

/** Which rows are held out. */
export interface HoldOutOptions {
  readonly validation?: number;
  readonly seed?: number | bigint;
}

/** Up to so many rows a table is counted before rows to hold out are drawn. */
const smallRows = 65_536;
/** Cells that stay in memory between the two readings. */
const keptCells = 2_000_000;

/** What one reading of a table tells. */
export interface FirstReading {
  readonly facts: TrainingFacts;
  readonly held: HeldRows;
  /** Rows to learn from, and held out. */
  readonly sizes: readonly [number, number];
  /** All chunks, where they are few enough to keep. */
  readonly kept: readonly TextTable[] | undefined;
}

async function countRows(input: TableInput): Promise<number> {
  let rows = 0;
  for await (const table of input.chunks()) rows += table.rows;
  return rows;
}

function requireAmount(place: string, amount: number, rows: number): number {
  const count = amount === 0 ? 0 : heldOutCount(rows, amount);
  if (Number.isInteger(count) && count >= 0 && count < rows) return count;
  if (rows === 1)
    throw new UserError(`${place} has a single row; a table to train on needs two rows at least`, 2);
  throw new UserError(
    `validation: can't hold out ${amount} of the ${rows} rows of ${place}; give a whole number from 0 to ${rows - 1}, or a ` +
      "share between 0 and 1",
    2,
  );
}

const nothingHeld: HeldRows = { wanted: (_, rows) => new Uint8Array(rows).fill(1) };

/** Reads a table, counts the rows to learn from and draws those to hold out. Throws a UserError if there are none. */
export async function firstReading(
  input: TableInput,
  options: HoldOutOptions,
  schema: TableSchema | undefined,
): Promise<FirstReading> {
  const { validation = 0.1, seed = 0 } = options;
  const { place, names, file } = input;
  const builder = new FactsBuilder(place, names, file.delimiter === ";", schema?.columns);
  const waiting: TextTable[] = [];
  let kept: TextTable[] | undefined = [];
  let held: HeldRows | undefined;
  let [rows, train] = [0, 0];
  const add = (table: TextTable, by: HeldRows): void => {
    const wanted = by.wanted(table.first, table.rows);
    train += wanted.reduce((sum, one) => sum + one, 0);
    builder.add(table, wanted);
  };
  for await (const table of input.chunks()) {
    rows += table.rows;
    if (rows * names.length > keptCells) kept = undefined;
    kept?.push(table);
    if (held === undefined && rows > smallRows) {
      if (validation === 0) held = nothingHeld;
      else if (validation < 1) held = scatteredRows(validation, seed);
      else {
        const all = await countRows(input);
        held = drawnRows(all, requireAmount(place, validation, all), seed);
      }
      for (const early of waiting.splice(0)) add(early, held);
    }
    if (held === undefined) waiting.push(table);
    else add(table, held);
  }
  if (rows === 0) throw new UserError(`${place} has no rows, only a heading`);
  if (held === undefined) {
    const count = requireAmount(place, validation, rows);
    held = count === 0 ? nothingHeld : drawnRows(rows, count, seed);
    for (const early of waiting) add(early, held);
  }
  return { facts: builder.facts(), held, sizes: [train, rows - train], kept };
}

/** The schema of columns that are in the table, and what to say of others. Throws a UserError for columns that aren't. */
export function matched(schema: TableSchema, input: TableInput): { schema: TableSchema; notes: string[] } {
  const there = new Set(input.names);
  const lost = schema.columns.find(({ name }) => !there.has(name));
  if (lost !== undefined) {
    throw new UserError(
      `${input.place} has no column "${lost.name}", which the schema describes; it has ${input.names.map((name) => `"${name}"`).join(", ")}`,
    );
  }
  const known = new Set(schema.columns.map(({ name }) => name));
  const { format, delimiter } = input.file;
  const others = input.names.filter((name) => !known.has(name));
  return {
    schema: { ...schema, file: { ...input.file, ...schema.file, format, ...(delimiter && { delimiter }) } },
    notes:
      others.length === 0
        ? []
        : [`The schema does not describe ${others.map((name) => `"${name}"`).join(", ")}: left out.`],
  };
}
