import { type CellReading, type FittedTable, readingOfColumn, type TableColumn } from "../data/portable.js";

/** How the cells of a column are read and written. */
export interface CellColumn {
  /** Its place in the schema. */
  readonly place: number;
  readonly name: string;
  /** Of numbers, dates and times; undefined for texts. */
  readonly reading: CellReading | undefined;
  readonly described: TableColumn;
  /** Whether a text stands for a missing value. */
  readonly isMissing: (text: string) => boolean;
  /** Draws' numbers, one for all: in the middle, where the column's values lie. */
  readonly middle: (values: readonly number[]) => number;
  /** Of what goes round, after how much; undefined for all others. */
  readonly period: number | undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function nearest(values: readonly number[], value: number): number {
  return values.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
}

/** How far a number lies from another; of what goes round, the shorter way. */
export function distance(value: number, from: number, { period }: Pick<CellColumn, "period">): number {
  const difference = value - from;
  return period === undefined ? difference : difference - period * Math.round(difference / period);
}

/** The mean on the values that a column of numbers takes: steps, or those that are choices. */
function middleOf(column: FittedTable["columns"][number]): CellColumn["middle"] {
  switch (column.as) {
    case "choices": {
      const { values = [], minus } = column;
      if (values.length === 0 || minus !== undefined) return mean;
      return (drawn) => nearest(values, mean(drawn));
    }
    case "angle": {
      const turn = (2 * Math.PI) / column.period;
      return (drawn) => {
        const [x, y] = [Math.cos, Math.sin].map((part) => mean(drawn.map((value) => part(value * turn))));
        const angle = Math.atan2(y ?? 0, x ?? 0) / turn - column.from;
        return column.from + angle - column.period * Math.floor(angle / column.period);
      };
    }
    case "scores":
    case "standard":
    case "count": {
      const { step, minus } = column;
      if (step === undefined || minus !== undefined) return mean;
      return (drawn) => Number((Math.round(mean(drawn) / step) * step).toPrecision(15));
    }
    default:
      return mean;
  }
}

/** The columns of a table for cells of it. */
export function cellColumns({ schema, columns }: FittedTable): CellColumn[] {
  return schema.columns.map((described, place): CellColumn => {
    const marks = new Set(described.missing ?? []);
    const fitted = columns[place];
    return {
      place,
      name: described.name,
      reading: readingOfColumn(described),
      described,
      isMissing: (text) => text === "" || marks.has(text),
      middle: fitted === undefined ? mean : middleOf(fitted),
      period: fitted?.as === "angle" ? fitted.period : undefined,
    };
  });
}

/** Numbers of texts; what can't be read is left out. */
export function numbersIn(texts: readonly string[], { reading }: CellColumn): number[] {
  return texts.map((text) => reading?.parse(text)).filter((value) => value !== undefined);
}

/** The text that occurs most often, of several the first. */
export function mostFrequent(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  let best = "";
  for (const [text, count] of counts) if (count > (counts.get(best) ?? 0)) best = text;
  return best;
}

/** One text for all draws of a cell: of numbers the mean as the column writes it, of texts the most frequent. */
export function centre(texts: readonly string[], column: CellColumn): string {
  const { reading, middle, described, period } = column;
  const values = numbersIn(texts, column);
  if (reading === undefined || values.length === 0) return mostFrequent(texts);
  const value = middle(values);
  if (period === undefined) {
    return reading.format(Math.min(Math.max(...values), Math.max(Math.min(...values), value)));
  }
  const [least, greatest] = described.range ?? [];
  const text = reading.format(value);
  return least !== undefined && reading.parse(text) === greatest ? reading.format(least) : text;
}
