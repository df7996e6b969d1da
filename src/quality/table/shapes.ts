import { isCategory, MISSING_LABEL, present, type TypedColumn } from "./columns.js";

/** The largest distance between the distribution functions of two sorted lists (Kolmogorov and Smirnov). */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  if (a.length === 0 || b.length === 0) return 1;
  let [i, j, most] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (i < a.length && (a[i] ?? 0) <= value) i++;
    while (j < b.length && (b[j] ?? 0) <= value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}

/** The total variation distance between the shares of codes 0 to `count` - 1. */
export function totalVariation(a: Int32Array, b: Int32Array, count: number): number {
  const difference = new Float64Array(count);
  for (const code of a) difference[code] = (difference[code] ?? 0) + 1 / a.length;
  for (const code of b) difference[code] = (difference[code] ?? 0) - 1 / b.length;
  let sum = 0;
  for (const each of difference) sum += Math.abs(each);
  return sum / 2;
}

/** How alike a column is in both tables by itself: 1 is the same distribution. */
export function shapeScore(column: TypedColumn): number {
  if (isCategory(column)) return 1 - totalVariation(column.train, column.synthetic, column.labels.length);
  return 1 - kolmogorovSmirnov(present(column.train).sort(), present(column.synthetic).sort());
}

function missingShare(values: Float64Array | Int32Array): number {
  let count = 0;
  const coded = values instanceof Int32Array;
  for (const value of values) if (coded ? value === MISSING_LABEL : Number.isNaN(value)) count++;
  return count / values.length;
}

/** How much the shares of missing cells differ. */
export function missingDifference(column: TypedColumn): number {
  return Math.abs(missingShare(column.train) - missingShare(column.synthetic));
}
