import type { TableValue } from "latent/web";

/** How a column's draws are counted: numbers in bins, all else by value. */
export type ColumnShape =
  | { readonly kind: "numbers"; readonly low: number; readonly high: number; readonly bins: number }
  | { readonly kind: "values"; readonly values: readonly TableValue[]; readonly others: boolean };

const bins = 20;
const most = 6;

function shapeOf(values: readonly TableValue[]): ColumnShape {
  const numbers = values.filter((value) => typeof value === "number");
  const counts = new Map<TableValue, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (numbers.length > values.length / 2 && counts.size > 10) {
    return { kind: "numbers", low: Math.min(...numbers), high: Math.max(...numbers), bins };
  }
  const byCount = [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value);
  return { kind: "values", values: byCount.slice(0, most), others: byCount.length > most };
}

/** The shape of every column of rows that were drawn all over the latent space. */
export function columnShapes(
  names: readonly string[],
  rows: readonly (readonly TableValue[])[],
): ColumnShape[] {
  return names.map((_, i) => shapeOf(rows.map((row) => row[i] ?? null)));
}

/** The share of draws in each bin or of each value, those of no place in it last. */
export function drawnAs(shape: ColumnShape, values: readonly TableValue[]): number[] {
  const count = shape.kind === "numbers" ? shape.bins : shape.values.length;
  const shares = new Array<number>(count + 1).fill(0);
  for (const value of values) {
    let place = count;
    if (shape.kind === "values") {
      const found = shape.values.indexOf(value);
      if (found >= 0) place = found;
    } else if (typeof value === "number") {
      const part = (value - shape.low) / (shape.high - shape.low || 1);
      place = Math.min(count - 1, Math.max(0, Math.floor(part * count)));
    }
    shares[place] = (shares[place] ?? 0) + 1 / Math.max(1, values.length);
  }
  return shares;
}
