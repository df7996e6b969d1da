import { choicesOf, columnNumber, type ModelColumn } from "../catalogue/index.js";

/** Rows with a weight for each: sums over them are integrals over what a table's rows can be. */
export interface RowPoints {
  readonly rows: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

/** Numbers with the weights by which they are summed up: choices and counts by 1, others by the trapezoidal rule. */
function pointsOf(column: ModelColumn): readonly (readonly [value: number, weight: number])[] {
  const number = columnNumber(column);
  if (number === "choice") return Array.from({ length: choicesOf(column) }, (_, i) => [i, 1] as const);
  if (number === "count") return Array.from({ length: 256 }, (_, i) => [i, 1] as const);
  const [most, count] = number === "angle" ? [Math.PI, 2000] : [5, 4001];
  const step = (2 * most) / (count - 1);
  return Array.from({ length: count }, (_, i) => {
    const t = i * step - most;
    const half = i === 0 || i === count - 1 ? 0.5 : 1;
    return number === "angle"
      ? ([t, half * step] as const)
      : ([Math.sinh(t), half * step * Math.cosh(t)] as const);
  });
}

/** All rows of few columns: every choice, the number behind a gate where the gate lets it exist, else NaN. */
export function rowPoints(columns: readonly ModelColumn[]): RowPoints {
  let points: (readonly [row: readonly number[], weight: number])[] = [[[], 1]];
  for (const column of columns) {
    const own = pointsOf(column);
    points = points.flatMap(([row, weight]) => {
      const open = column.gate === undefined || row[column.gate] === 0;
      const choices = open ? own : ([[Number.NaN, 1]] as const);
      return choices.map(([value, factor]) => [[...row, value], weight * factor] as const);
    });
  }
  return { rows: points.map(([row]) => row), weights: points.map(([, weight]) => weight) };
}
