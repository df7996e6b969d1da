import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { type DecodedRows, decodeRows, type FittedTable, type TableValue } from "../data/portable.js";
import { aTrainedModel, type TrainedVae } from "../model/index.js";
import { tensor, UserError } from "../tensor/index.js";
import { givenRow } from "./given.js";
import { requirePossible } from "./possible.js";
import { tableOfModel } from "./table-model.js";
import { cellTest, parseTableWhere } from "./where.js";

/** How rows are generated. */
export interface GenerateRowsOptions {
  /** Default 0. Equal seeds give equal rows. */
  readonly seed?: number;
  /** Conditions that every row meets, such as `species=Gentoo and island in (Biscoe, Dream)`; default none. */
  readonly where?: string;
  /** Rows for which it is false are left out and drawn anew, such as copies of training rows; default none. */
  readonly accept?: (row: Readonly<Record<string, TableValue>>) => boolean;
  /** So many rows at most are drawn for each that is wanted, where conditions or `accept` have to be looked at; default 1,000. */
  readonly tries?: number;
}

const checks = {
  seed: be.seed,
  where: be.text,
  accept: be.callable,
  tries: be.whole(1),
} as const satisfies ChecksOf<GenerateRowsOptions>;

/** Generated rows, and what they cost. */
export interface GeneratedRows extends DecodedRows {
  /** How many rows were drawn for them. */
  readonly drawn: number;
}

const chunk = 4096;

/** The seed of a further chunk of draws. */
const seedOf = (seed: number, round: number): number => (seed + round * 0x9e3779b1) % 2 ** 32;

const recordOf = ({ names, values }: DecodedRows, row: number): Record<string, TableValue> =>
  Object.fromEntries(names.map((name, i) => [name, values[row]?.[i] ?? null]));

function joined(rows: readonly DecodedRows[]): DecodedRows {
  return {
    names: rows[0]?.names ?? [],
    cells: rows.flatMap(({ cells }) => cells),
    values: rows.flatMap(({ values }) => values),
  };
}

/** Rows to look at: `count` of them, behind `first` others, in a further round. */
type DrawRows = (count: number, first: number, round: number) => Promise<DecodedRows>;

/** Rows of any kind, so many at a time. */
function anyRows(model: TrainedVae, table: FittedTable, seed: number): DrawRows {
  return async (count, first, round) => {
    const { data } = await model.generate(count, { seed: seedOf(seed, round), draw: true });
    return decodeRows(table, data, { seed, first });
  };
}

/** Rows of which some values are given. */
function rowsGiven(model: TrainedVae, table: FittedTable, seed: number, row: Float32Array): DrawRows {
  const width = row.length;
  return async (count, first, round) => {
    const given = new Float32Array(count * width);
    for (let i = 0; i < count; i++) given.set(row, i * width);
    const completed = await model.complete(tensor("float32", [count, width], given), {
      seed: seedOf(seed, round),
    });
    return decodeRows(table, completed.data, { seed, first });
  };
}

async function generateWhere(
  model: TrainedVae,
  table: FittedTable,
  n: number,
  { seed = 0, where, accept, tries = 1000 }: GenerateRowsOptions,
): Promise<GeneratedRows> {
  const terms = where === undefined ? [] : parseTableWhere(where, table);
  const tests = terms.map((term) => ({ column: term.column, holds: cellTest(term, table) }));
  const drawRows =
    where === undefined ? anyRows(model, table, seed) : rowsGiven(model, table, seed, givenRow(table, terms));
  requirePossible(table, terms);
  const kept: DecodedRows[] = [];
  let [found, drawn] = [0, 0];
  const limit = Math.max(20_000, n * tries);
  for (let round = 0; found < n && drawn < limit; round++) {
    const share = drawn === 0 ? 1 : Math.max(found, 0.5) / drawn;
    const count = Math.min(chunk, limit - drawn, Math.ceil((1.2 * (n - found)) / share) + 8);
    const rows = await drawRows(count, drawn, round);
    const places = tests.map(({ column }) => rows.names.indexOf(column));
    const fit = rows.cells.map(
      (cells, i) =>
        tests.every(({ holds }, k) => {
          const place = places[k] ?? -1;
          return holds(cells[place] ?? "", rows.values[i]?.[place] ?? null);
        }) &&
        (accept === undefined || accept(recordOf(rows, i))),
    );
    const wanted = fit.flatMap((holds, i) => (holds ? [i] : [])).slice(0, n - found);
    kept.push({
      names: rows.names,
      cells: wanted.map((i) => rows.cells[i] ?? []),
      values: wanted.map((i) => rows.values[i] ?? []),
    });
    found += wanted.length;
    drawn += count;
  }
  if (found === n) return { ...joined(kept), drawn };
  throw new UserError(
    `${where === undefined ? "accept" : "where"}: only ${found.toLocaleString("en-US")} of ${drawn.toLocaleString("en-US")} drawn rows ` +
      `${where === undefined ? "are accepted" : `meet "${where}"`}, too few for ${n}; ask for fewer rows, allow more tries, or ease the conditions`,
  );
}

/**
 * `n` new rows of the table that a model was trained on: z drawn from the prior, rows from the likelihood, written in the table's own
 * format. Conditions hold in every row: values that they say outright are given to the model, which draws the rest (no row is drawn
 * in vain); of ranges and the like, rows that don't meet them are left out, at a cost that is bounded and reported as `drawn`.
 *
 * @throws UserError for a model of no table, a column or value that it doesn't have, and conditions that too few rows meet
 */
export async function generateRows(
  model: TrainedVae,
  n: number,
  options: GenerateRowsOptions = {},
): Promise<GeneratedRows> {
  requireArgument("generateRows", "the model", model, aTrainedModel);
  requireOptions("generateRows", options, checks);
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new UserError(
      `generateRows: the number of rows must be a whole number from 1, got ${String(n)}`,
      2,
    );
  }
  const table = tableOfModel("generateRows", model);
  if (options.where !== undefined || options.accept !== undefined)
    return generateWhere(model, table, n, options);
  const { seed = 0 } = options;
  const { data } = await model.generate(n, { seed, draw: true });
  return { ...decodeRows(table, data, { seed }), drawn: n };
}
