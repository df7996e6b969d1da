import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { type DecodedRows, type TableRecord, type TableValue, textTableOf } from "../data/portable.js";
import { aTrainedModel, type TrainedVae } from "../model/index.js";
import { imputedChunks } from "./impute-chunks.js";
import { type FilledText, type FoundMask, Imputer, type MissingModel, missingModels } from "./imputer.js";
import { outlineOf, valueReader } from "./outline.js";
import { tableOfModel } from "./table-model.js";
import { uncertaintyOf } from "./uncertainty.js";

/** Options of `imputeRows`. */
export interface ImputeOptions {
  /** How often each row is completed, from 1; default 50. */
  readonly draws?: number;
  /** Default 0. Equal seeds give equal results. */
  readonly seed?: number;
  /**
   * Whether all completed tables come out below each other, one for each draw, with their number in a first column
   * `imputation` (multiple imputation, Rubin 1987), in place of one table. Default false.
   */
  readonly multiple?: boolean;
  /**
   * What is assumed of why values are missing: `at-random` (default), that it tells nothing beyond what the known cells tell; or
   * `self-masking`, that the odds of it go with the column's own value (numbers and dates), as in not-MIWAE (Ipsen, Mattei and
   * Frellsen, 2021). How they do is learned of the rows to fill, and draws are weighed by it: five times as many are made.
   */
  readonly missingModel?: MissingModel;
}

/** A cell that was missing, and how sure its value is over all draws. */
export interface FilledCell {
  /** The row among those given, from 0. */
  readonly row: number;
  readonly column: string;
  /** The mean of the draws, rounded as the column is, or the text that was drawn most often. */
  readonly value: TableValue;
  /** The same as the table writes it. */
  readonly text: string;
  /** Of numbers, the standard deviation of the draws; of dates in days, of times in seconds. */
  readonly deviation?: number;
  /** Of numbers, dates and times, the 5 % quantile of the draws. */
  readonly low?: TableValue;
  /** The 95 % quantile. */
  readonly high?: TableValue;
  /** Of texts, true and false, the share of the draws that are the value. */
  readonly probability?: number;
}

/** Rows with their missing cells filled in; what was there is as it was given. */
export interface ImputedRows extends DecodedRows {
  readonly filled: readonly FilledCell[];
  /** What should be known of how cells were filled, a sentence each. */
  readonly notes: readonly string[];
}

const imputeChecks = {
  draws: be.whole(1, 10_000),
  seed: be.seed,
  multiple: be.boolean,
  missingModel: be.oneOf(missingModels),
} as const satisfies ChecksOf<ImputeOptions>;

const someRows = {
  expected: "a list of rows, such as [{ age: 31, city: null }]",
  ok: (value: unknown) =>
    Array.isArray(value) &&
    value.every((row) => typeof row === "object" && row !== null && !Array.isArray(row)),
};

/** A filled cell as programs have it. */
function filledCell({ row, column, text, draws }: FilledText): FilledCell {
  const value = valueReader(column.described);
  const { low, high, ...rest } = uncertaintyOf(text, draws, column);
  const limits = low === undefined || high === undefined ? {} : { low: value(low), high: value(high) };
  return { row, column: column.name, value: value(text), text, ...rest, ...limits };
}

/** What was found of a column's mask, in words. */
function maskNote({ column, slope, rows, used }: FoundMask): string {
  const of = `(by ${rowsText(rows)})`;
  if (!used)
    return `Whether "${column.name}" is missing tells nothing sure of its value ${of}: it was filled as if missing at random.`;
  return (
    `Values of "${column.name}" are missing more often the ${slope > 0 ? "greater" : "smaller"} they are, by a factor of ` +
    `${Math.exp(Math.abs(slope)).toFixed(1)} in the odds for each unit of its scale ${of}: it was filled accordingly.`
  );
}

const rowsText = (count: number): string => `${count.toLocaleString("en-US")} row${count === 1 ? "" : "s"}`;

/** What should be known of how cells were filled. */
export function notesOf({ counts, masks }: Imputer, added: readonly string[]): string[] {
  const { noneDrawn, contradictions, emptyCells } = counts;
  return [
    ...masks.map(maskNote),
    ...added.map(
      (name) => `There is no column "${name}", which the model has: it was added and is filled in every row.`,
    ),
    ...(noneDrawn === 0
      ? []
      : [
          `In ${rowsText(noneDrawn)} no draw agreed with the known cells of a constraint: what does agree was taken as often ` +
            "as training rows have it.",
        ]),
    ...(contradictions === 0
      ? []
      : [
          `In ${rowsText(contradictions)} the known cells contradict a constraint whatever the missing ones are: these were ` +
            "filled without it.",
        ]),
    ...(emptyCells === 0
      ? []
      : [
          `${emptyCells.toLocaleString("en-US")} missing cell${emptyCells === 1 ? " stays" : "s stay"} empty: beside what is ` +
            "known, training rows never have a value there.",
        ]),
  ];
}

/** The names of all columns of rows, as they are met. */
function namesOf(rows: readonly TableRecord[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names];
}

/**
 * Rows of a table with their missing values filled in by a model that was trained on such a table: each row is completed
 * `draws` times given what is known of it; numbers become the mean of the draws, as the column writes them, categories the one that
 * was drawn most often. Constraints hold, rows stay in their order, and what was there stays as it is, in columns that the
 * model doesn't know too. A column that all rows lack is added.
 *
 * @param rows objects by the columns' names; missing values are null, undefined, empty or the column's missing markers
 * @throws UserError if the model is not one of a table, or naming the column and the row (from 1) of a cell that can't be read
 */
export async function imputeRows(
  model: TrainedVae,
  rows: readonly TableRecord[],
  options: ImputeOptions = {},
): Promise<ImputedRows> {
  requireArgument("imputeRows", "the model", model, aTrainedModel);
  requireArgument("imputeRows", "rows", rows, someRows);
  requireOptions("imputeRows", options, imputeChecks);
  const { draws = 50, seed = 0, multiple = false, missingModel = "at-random" } = options;
  const fitted = tableOfModel("imputeRows", model);
  const table = textTableOf(rows, namesOf(rows), fitted.schema.columns);
  const imputer = new Imputer(model, fitted, "the rows", { draws, seed, missingModel });
  const outline = outlineOf(fitted, table.names, imputer.names);
  const filled: FilledCell[] = [];
  const filledIn = new Map<number, Set<string>>();
  const chunks = imputedChunks(imputer, outline, () => [table], {
    draws,
    multiple,
    onFilled: (cells) => {
      for (const cell of cells) {
        filled.push(filledCell(cell));
        const own = filledIn.get(cell.row) ?? new Set();
        filledIn.set(cell.row, own.add(cell.column.name));
      }
    },
  });
  const cells: (readonly string[])[] = [];
  const values: (readonly TableValue[])[] = [];
  let names: readonly string[] = [];
  for await (const chunk of chunks) {
    names = chunk.names;
    for (const own of chunk.cells) cells.push(own);
    for (const [i, own] of chunk.values.entries())
      values.push(asGiven(own, rows[i], chunk.names, filledIn.get(i)));
  }
  return { names, cells, values, filled, notes: notesOf(imputer, outline.added) };
}

/** Values of a row, of which those that were given, and not filled in, are the given ones. */
function asGiven(
  values: readonly TableValue[],
  row: TableRecord | undefined,
  names: readonly string[],
  filled: ReadonlySet<string> | undefined,
): readonly TableValue[] {
  return values.map((value, i) => {
    const name = names[i] ?? "";
    const given = row !== undefined && Object.hasOwn(row, name) ? row[name] : undefined;
    const isValue = ["string", "number", "boolean"].includes(typeof given);
    return value !== null && isValue && filled?.has(name) !== true ? (given as TableValue) : value;
  });
}
