import { UserError } from "../../tensor/index.js";
import { fitNumbers } from "./fit-number.js";
import type { FittedColumn } from "./fitted.js";
import { type CellReading, readingOfColumn } from "./reading.js";
import type { TableColumn, TableSchema } from "./schema.js";
import type { TrainingFacts } from "./fit.js";

/** More combinations than this are one choice together. */
const mostCombinations = 200;

function cellsOf(schema: TableSchema, facts: TrainingFacts, name: string): string[] {
  const index = schema.columns.findIndex((column) => column.name === name);
  const marks = new Set(schema.columns[index]?.missing ?? []);
  return facts.sample.column(index).map((text) => (marks.has(text) ? "" : text));
}

/**
 * Columns of which only combinations that occur may come out: where the first is choices and determines the others, these
 * follow from it; otherwise the combinations are one choice.
 */
export function combinedColumns(
  schema: TableSchema,
  facts: TrainingFacts,
  names: readonly string[],
  fitted: readonly FittedColumn[],
): FittedColumn[] {
  const cells = names.map((name) => cellsOf(schema, facts, name));
  const [first = [], ...others] = cells;
  const [leader = "", ...followers] = names;
  const counts = new Map<string, { texts: string[]; count: number }>();
  for (const [row] of first.entries()) {
    const texts = cells.map((column) => column[row] ?? "");
    const key = JSON.stringify(texts);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { texts, count: 1 });
    else known.count++;
  }
  const all = [...counts.values()].sort((a, b) => b.count - a.count);
  const keys = new Set(first);
  if (keys.size === all.length && fitted.find(({ name }) => name === leader)?.as === "choices") {
    return followers.map((name, i) => {
      const map = new Map(first.map((key, row) => [key, others[i]?.[row] ?? ""]));
      return { name, as: "determined", by: leader, keys: [...map.keys()], texts: [...map.values()] };
    });
  }
  return [
    {
      name: leader,
      as: "combined",
      columns: names,
      texts: all.map(({ texts }) => texts),
      counts: all.map(({ count }) => count),
      choices: Math.min(all.length, mostCombinations),
    },
    ...followers.map((name): FittedColumn => ({ name, as: "part", of: leader })),
  ];
}

function columnNamed(schema: TableSchema, name: string): { column: TableColumn; reading: CellReading } {
  const column = schema.columns.find((one) => one.name === name);
  const reading = column && readingOfColumn(column);
  if (column === undefined || reading === undefined) throw new Error(`"${name}" is no column of numbers`);
  return { column, reading };
}

/** What is learned of how far `a` is above `b`. Throws a UserError if it never is. */
export function fitDifference(schema: TableSchema, facts: TrainingFacts, a: string, b: string): FittedColumn {
  const [upper, lower] = [columnNamed(schema, a), columnNamed(schema, b)];
  if (
    upper.column.kind !== lower.column.kind &&
    [upper, lower].some(({ column }) => ["date", "datetime", "time"].includes(column.kind))
  ) {
    throw new UserError(
      `the constraint "at-least" of "${a}" and "${b}" needs two columns of numbers, or of dates of one kind`,
    );
  }
  const [above, below] = [cellsOf(schema, facts, a), cellsOf(schema, facts, b)];
  const known = below.map((text) => lower.reading.parse(text)).filter((value) => value !== undefined);
  const reference = known.sort((one, other) => one - other)[Math.floor(known.length / 2)] ?? 0;
  const counts = new Map<number, number>();
  let missing = 0;
  for (const [row, text] of above.entries()) {
    const value = upper.reading.parse(text);
    if (value === undefined) {
      missing++;
      continue;
    }
    const difference = tidy(value - (lower.reading.parse(below[row] ?? "") ?? reference));
    const own = lower.reading.parse(below[row] ?? "") === undefined ? difference : Math.max(0, difference);
    counts.set(own, (counts.get(own) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([one], [other]) => one - other);
  const { missing: marks } = upper.column;
  return fitNumbers(
    upper.column,
    {
      values: sorted.map(([value]) => value),
      counts: sorted.map(([, count]) => count),
      minus: { column: b, reference },
      ...(missing === 0 ? {} : { missing: { texts: [marks?.[0] ?? ""], counts: [missing] } }),
    },
    { ...upper.reading, format: String },
  );
}

/** A difference without what float64 adds to decimals. */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
