import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import {
  decodeRows,
  type FittedTable,
  readingOfColumn,
  type TableColumn,
  type TableKind,
  type TableValue,
} from "../data/portable.js";
import { aTrainedModel, type TrainedVae } from "../model/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import { tableOfModel } from "./table-model.js";

/** How the distributions of a table's columns are found. */
export interface ColumnDistributionsOptions {
  /** Rows that are drawn; default 1,000. Shares of them have a standard error of 0.016 at most. */
  readonly draws?: number;
  /** The quantiles of numbers; default [0.05, 0.25, 0.5, 0.75, 0.95]. */
  readonly levels?: readonly number[];
  /** Places of a density's curve; default 64. */
  readonly points?: number;
  /** Default 0. */
  readonly seed?: number;
  /** The class that a conditional model is given. */
  readonly condition?: number;
}

/** What the numbers of a column are; of dates and times, as seconds or days. */
export interface ColumnNumbers {
  readonly mean: number;
  readonly deviation: number;
  /** Each with its level and its text in the table's own format. */
  readonly quantiles: readonly { readonly level: number; readonly value: number; readonly text: string }[];
  /** The density's curve, a kernel estimate whose area is 1; missing if all numbers are one. */
  readonly density?: { readonly x: readonly number[]; readonly y: readonly number[] };
}

/** How the values of a column are distributed given a code. */
export interface ColumnDistribution {
  readonly name: string;
  readonly kind: TableKind;
  /** The probability that the value is missing. */
  readonly missing: number;
  /** Texts by probability, the likeliest first, of columns without numbers or of few values; with `missing` they add up to 1. */
  readonly choices?: readonly { readonly text: string; readonly probability: number }[];
  /** Of numbers, dates and times, where any is not missing. */
  readonly numbers?: ColumnNumbers;
}

/** What a code stands for in a table. */
export interface CodeInTable {
  /** The row that the code is decoded to, by the columns' names: as text in the table's own format, and as values. */
  readonly row: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, TableValue>>;
  /** One a column, but for keys, which are new in each row. */
  readonly columns: readonly ColumnDistribution[];
}

const checks = {
  draws: be.whole(10, 100_000),
  levels: be.list(be.number(0, 1), 1, "[0.05, 0.5, 0.95]"),
  points: be.whole(8, 1000),
  seed: be.seed,
  condition: be.whole(0),
} as const satisfies ChecksOf<ColumnDistributionsOptions>;

type Settings = Required<Omit<ColumnDistributionsOptions, "condition">>;

/** Columns of no more different values than this are told by their choices too. */
const fewValues = 12;

function quantileOf(sorted: readonly number[], level: number): number {
  const at = level * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}

/** A kernel estimate with Silverman's width, within the range of what was drawn. */
function densityOf(sorted: readonly number[], deviation: number, points: number): ColumnNumbers["density"] {
  const [least = 0, greatest = 0] = [sorted[0], sorted.at(-1)];
  if (greatest === least) return undefined;
  const quarters = (quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25)) / 1.34;
  const width = 0.9 * (quarters > 0 ? Math.min(quarters, deviation) : deviation) * sorted.length ** -0.2;
  const x = Array.from({ length: points }, (_, i) => least + ((greatest - least) * i) / (points - 1));
  const raw = x.map((at) => sorted.reduce((sum, one) => sum + Math.exp(-(((at - one) / width) ** 2) / 2), 0));
  const step = (greatest - least) / (points - 1);
  const area = raw.reduce((sum, one, i) => sum + one * (i === 0 || i === points - 1 ? step / 2 : step), 0);
  return { x, y: raw.map((one) => one / area) };
}

function numbersOf(
  texts: readonly string[],
  column: TableColumn,
  settings: Settings,
): ColumnNumbers | undefined {
  const reading = readingOfColumn(column);
  if (reading === undefined || texts.length === 0) return undefined;
  const sorted = texts.flatMap((text) => reading.parse(text) ?? []).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const mean = sorted.reduce((sum, value) => sum + value / sorted.length, 0);
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, sorted.length - 1));
  const density = densityOf(sorted, deviation, settings.points);
  const quantiles = settings.levels.map((level) => {
    const value = quantileOf(sorted, level);
    return { level, value, text: reading.format(value) };
  });
  return { mean, deviation, quantiles, ...(density && { density }) };
}

function distributionOf(
  column: TableColumn,
  cells: readonly string[],
  values: readonly TableValue[],
  settings: Settings,
): ColumnDistribution {
  const there = cells.filter((_, i) => values[i] !== null);
  const counts = new Map<string, number>();
  for (const text of there) counts.set(text, (counts.get(text) ?? 0) + 1);
  const numbers = numbersOf(there, column, settings);
  const isChoice = numbers === undefined || counts.size <= fewValues;
  const choices = [...counts]
    .map(([text, count]) => ({ text, probability: count / cells.length }))
    .sort((a, b) => b.probability - a.probability || (a.text < b.text ? -1 : 1));
  return {
    name: column.name,
    kind: column.kind,
    missing: 1 - there.length / cells.length,
    ...(isChoice && { choices }),
    ...(numbers && { numbers }),
  };
}

/** The columns to tell of: all but keys. */
function toldColumns({ columns, schema }: FittedTable): readonly number[] {
  return schema.columns.flatMap((_, i) => (columns[i]?.as === "key" ? [] : [i]));
}

/**
 * What a code [1, latent] stands for in the table that a model was trained on: the row that it is decoded to, and of each column how its
 * values are distributed given the code, whatever the others are, by rows that are drawn.
 *
 * @throws UserError for a model of no table, and a code that is none of its
 */
export async function columnDistributions(
  model: TrainedVae,
  code: Tensor<"float32">,
  options: ColumnDistributionsOptions = {},
): Promise<CodeInTable> {
  requireArgument("columnDistributions", "the model", model, aTrainedModel);
  requireArgument("columnDistributions", "the code", code, be.tensor("float32"));
  requireOptions("columnDistributions", options, checks);
  const table = tableOfModel("columnDistributions", model);
  const { latent } = model.definition;
  if (code.data.length !== latent) {
    throw new UserError(
      `columnDistributions: the code must be ${latent} numbers, got ${code.data.length}`,
      2,
    );
  }
  const { draws = 1000, levels = [0.05, 0.25, 0.5, 0.75, 0.95], points = 64, seed = 0, condition } = options;
  const z = tensor("float32", [draws, latent]);
  for (let i = 0; i < draws; i++) z.data.set(code.data, i * latent);
  const given = (rows: number): { condition?: Int32Array } =>
    condition === undefined ? {} : { condition: new Int32Array(rows).fill(condition) };
  const one = await model.decode(tensor("float32", [1, latent], code.data), given(1));
  const drawn = await model.decode(z, { draw: true, seed, ...given(draws) });
  const { names, cells, values } = decodeRows(table, one.data, { seed });
  const rows = decodeRows(table, drawn.data, { seed });
  const settings = { draws, levels, points, seed };
  const byName = <T>(list: readonly T[] | undefined): Record<string, T> =>
    Object.fromEntries(names.flatMap((name, i) => (list?.[i] === undefined ? [] : [[name, list[i]]])));
  return {
    row: byName(cells[0]),
    values: byName(values[0]),
    columns: toldColumns(table).map((i) =>
      distributionOf(
        table.schema.columns[i] as TableColumn,
        rows.cells.map((row) => row[i] ?? ""),
        rows.values.map((row) => row[i] ?? null),
        settings,
      ),
    ),
  };
}
