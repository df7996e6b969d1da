import type { ColumnDistribution, TableValue } from "latent/web";

/** Where a column's values lie all over the latent space: what is drawn of a code keeps its place. */
export type ColumnShape =
  | { readonly kind: "numbers"; readonly low: number; readonly high: number }
  | { readonly kind: "values"; readonly texts: readonly string[] };

const most = 6;

function shapeOf(values: readonly TableValue[], cells: readonly string[]): ColumnShape {
  const numbers = values.filter((value) => typeof value === "number");
  const counts = new Map<string, number>();
  cells.forEach((cell, i) => {
    if (values[i] !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  });
  if (numbers.length > values.length / 2 && counts.size > 10) {
    return { kind: "numbers", low: Math.min(...numbers), high: Math.max(...numbers) };
  }
  const byCount = [...counts].sort((a, b) => b[1] - a[1]).map(([text]) => text);
  return { kind: "values", texts: byCount.slice(0, most) };
}

/** The shape of every column of rows that were drawn all over the latent space, by name. */
export function columnShapes(
  names: readonly string[],
  values: readonly (readonly TableValue[])[],
  cells: readonly (readonly string[])[],
): ReadonlyMap<string, ColumnShape> {
  const of = <T>(rows: readonly (readonly T[])[], i: number, none: T): T[] =>
    rows.map((row) => row[i] ?? none);
  return new Map(names.map((name, i) => [name, shapeOf(of(values, i, null), of(cells, i, ""))]));
}

/** What is drawn of a column at a code. */
export type ColumnDrawing =
  | {
      readonly kind: "curve";
      /** The ends of the axis, as text. */
      readonly ends: readonly [string, string];
      /** Points of the density's curve in a square of 0 to 1, upwards; none of a single number. */
      readonly curve: readonly (readonly [x: number, y: number])[];
      /** Where the middle half and the median lie, from 0 to 1. */
      readonly quarters: readonly [number, number, number];
    }
  | {
      readonly kind: "bars";
      readonly bars: readonly { readonly text: string; readonly share: number }[];
      readonly rest: number;
    };

/** How a column's distribution is drawn: numbers as their density, few values as bars in a lasting order. */
export function drawingOf(
  { numbers, choices, missing }: ColumnDistribution,
  shape: ColumnShape | undefined,
  show: (value: number) => string,
): ColumnDrawing {
  if (numbers !== undefined && (shape?.kind === "numbers" || choices === undefined)) {
    const { density, quantiles, mean } = numbers;
    const known = shape?.kind === "numbers";
    const low = known ? shape.low : (density?.x[0] ?? mean);
    const high = known ? shape.high : (density?.x.at(-1) ?? mean);
    const at = (value: number): number => Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
    const highest = Math.max(...(density?.y ?? [1]));
    const quantile = (level: number): number =>
      at(quantiles.find((one) => one.level === level)?.value ?? mean);
    const ends = known
      ? ([show(low), show(high)] as const)
      : ([quantiles[0]?.text ?? "", quantiles.at(-1)?.text ?? ""] as const);
    return {
      kind: "curve",
      ends,
      curve: (density?.x ?? []).map((x, i) => [at(x), (density?.y[i] ?? 0) / highest]),
      quarters: [quantile(0.25), quantile(0.5), quantile(0.75)],
    };
  }
  const shares = new Map(choices?.map(({ text, probability }) => [text, probability]));
  const texts = shape?.kind === "values" ? shape.texts : [...shares.keys()].slice(0, most);
  const bars = texts.map((text) => ({ text, share: shares.get(text) ?? 0 }));
  const rest = 1 - missing - bars.reduce((sum, { share }) => sum + share, 0);
  return { kind: "bars", bars, rest: rest < 1e-9 ? 0 : rest };
}
