import { present, type TrainingFacts } from "./fit.js";
import { type FittedTable, isInside } from "./fitted.js";
import { ownColumns } from "./model-columns.js";
import { readingOfColumn } from "./reading.js";
import type { TableColumn } from "./schema.js";

/** What a column of a table is like. */
export interface ColumnStatistics {
  readonly name: string;
  readonly kind: TableColumn["kind"];
  /** How a model takes it, such as `categorical, mixture`; or why it doesn't. */
  readonly likelihood: string;
  /** The share of rows in which it is missing. */
  readonly missing: number;
  /** How many different texts there are, at least. */
  readonly distinct: number;
  /** Of numbers and dates, the least, the median and the greatest, as they are written. */
  readonly range?: readonly [least: string, median: string, greatest: string];
  /** Rows by value from the least to the greatest in equal steps, or the most frequent texts. */
  readonly histogram: readonly { readonly label: string; readonly rows: number }[];
}

const bins = 16;
const shownTexts = 5;

function likelihoodOf(table: FittedTable, index: number): string {
  const column = table.columns[index];
  const described = table.schema.columns[index];
  if (column === undefined) return "";
  switch (column.as) {
    case "part":
      return `with "${column.of}"`;
    case "determined":
      return `follows from "${column.by}"`;
    case "sum":
      return `sum of ${column.of.map((name) => `"${name}"`).join(", ")}`;
    case "key":
      return `made anew as ${column.format}`;
    case "same":
      return described?.why ?? "left out";
    default:
      return isInside(column)
        ? ownColumns(column, 0)
            .map(({ of, size }) => (size === undefined ? of : `${of} of ${size}`))
            .join(", ")
        : "";
  }
}

function numbersIn(
  column: TableColumn,
  texts: readonly string[],
  counts: readonly number[],
): Pick<ColumnStatistics, "range" | "histogram"> | undefined {
  const reading = readingOfColumn(column);
  if (reading === undefined || texts.length === 0) return undefined;
  const numbers = texts.flatMap((text, i) => {
    const value = reading.parse(text);
    return value === undefined ? [] : [{ value, count: counts[i] ?? 0 }];
  });
  numbers.sort((a, b) => a.value - b.value);
  const [least = 0, greatest = 0] = [numbers[0]?.value, numbers.at(-1)?.value];
  const total = numbers.reduce((sum, { count }) => sum + count, 0);
  let before = 0;
  const median = numbers.find(({ count }) => (before += count) >= total / 2)?.value ?? least;
  const width = (greatest - least) / bins;
  const rows = Array<number>(width > 0 ? bins : 1).fill(0);
  for (const { value, count } of numbers) {
    const bin = width > 0 ? Math.min(bins - 1, Math.floor((value - least) / width)) : 0;
    rows[bin] = (rows[bin] ?? 0) + count;
  }
  return {
    range: [reading.format(least), reading.format(median), reading.format(greatest)],
    histogram: rows.map((count, i) => ({ label: reading.format(least + i * width), rows: count })),
  };
}

/** What the columns of a table are like, in the rows that were counted. */
export function tableStatistics(table: FittedTable, facts: TrainingFacts): ColumnStatistics[] {
  return table.schema.columns.map((column, i) => {
    const summary = facts.summaries[i];
    const { own, missing } =
      summary === undefined ? { own: { texts: [], counts: [] } } : present(column, summary);
    const gone = missing?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
    const order = own.texts.map((_, k) => k).sort((a, b) => (own.counts[b] ?? 0) - (own.counts[a] ?? 0));
    const shown = ["key", "text"].includes(column.kind) ? [] : order.slice(0, shownTexts);
    return {
      name: column.name,
      kind: column.kind,
      likelihood: likelihoodOf(table, i),
      missing: facts.rows === 0 ? 0 : gone / facts.rows,
      distinct: own.texts.length,
      ...(numbersIn(column, own.texts, own.counts) ?? {
        histogram: shown.map((k) => ({ label: own.texts[k] ?? "", rows: own.counts[k] ?? 0 })),
      }),
    };
  });
}
