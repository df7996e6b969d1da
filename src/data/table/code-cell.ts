import type { ChoicesColumn, CombinedColumn, InsideColumn } from "./fitted.js";
import { gateSize } from "./model-columns.js";
import { type CellReading, readingOfColumn } from "./reading.js";
import type { TableColumn } from "./schema.js";
import { scoreOf } from "./scores.js";

/** What can't be read is told by `undefined`. */
export type Codes = readonly number[] | undefined;

const hidden = Number.NaN;

function nearest(values: readonly number[], value: number): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (Math.abs((values[i] ?? 0) - value) < Math.abs((values[best] ?? 0) - value)) best = i;
  }
  return best;
}

/** Numbers become the model's: of a column of numbers, without its missing values. */
export type NumberCoder = (value: number) => readonly number[];

function choiceCoder({ values = [] }: ChoicesColumn): NumberCoder {
  const known = new Map(values.map((value, i) => [value, [i]]));
  return (value) => known.get(value) ?? [nearest(values, value)];
}

/** How numbers of a column are coded. */
export function numberCoder(column: Exclude<InsideColumn, CombinedColumn>): NumberCoder {
  if (column.as === "choices") return choiceCoder(column);
  const coded = (value: number): number => {
    switch (column.as) {
      case "scores":
        return scoreOf(column.knots, value);
      case "standard":
        return (
          ((column.log ? Math.log(Math.max(value, Number.MIN_VALUE)) : value) - column.mean) / column.scale
        );
      case "count":
        return Math.max(0, Math.round(value));
      case "angle": {
        const turn = (value - column.from) / column.period;
        return 2 * Math.PI * (turn - Math.floor(turn)) - Math.PI;
      }
    }
  };
  if (gateSize(column) === 0) return (value) => [coded(value)];
  const atoms = new Map((column.atoms?.values ?? []).map((value, i) => [value, [i + 1, hidden]]));
  return (value) => atoms.get(value) ?? [0, coded(value)];
}

/** The codes of a missing value; all hidden where training rows had none. */
export function missingCodes(column: Exclude<InsideColumn, CombinedColumn>): readonly number[] {
  if (column.as === "choices") {
    const { texts, rare, missing } = column;
    return [missing === undefined ? hidden : texts.length + (rare === undefined ? 0 : 1)];
  }
  const size = gateSize(column);
  if (size === 0) return [hidden];
  return [column.missing === undefined ? hidden : size - 1, hidden];
}

function textCoder({ texts, rare }: ChoicesColumn): (text: string) => Codes {
  const known = new Map(texts.map((text, i) => [text, [i]]));
  const other = [rare === undefined ? hidden : texts.length];
  return (text) => known.get(text) ?? other;
}

/** The codes of the texts of a column's cells, an empty one's too. */
export function cellCoder(
  column: TableColumn,
  fitted: Exclude<InsideColumn, CombinedColumn>,
): (text: string) => Codes {
  const marks = new Set(column.missing ?? []);
  const gone = missingCodes(fitted);
  const reading: CellReading | undefined = readingOfColumn(column);
  if (reading === undefined) {
    const ordinal = column.kind === "ordinal";
    const code = fitted.as === "choices" ? textCoder(fitted) : (): Codes => undefined;
    return (text) => {
      if (text === "" || marks.has(text)) return gone;
      const codes = code(text);
      return ordinal && Number.isNaN(codes?.[0] ?? hidden) ? undefined : codes;
    };
  }
  const code = numberCoder(fitted);
  return (text) => {
    if (text === "" || marks.has(text)) return gone;
    const value = reading.parse(text);
    return value === undefined ? undefined : code(value);
  };
}
