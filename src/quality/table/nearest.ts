import { extent, isCategory, MISSING_LABEL, type Role, type TypedColumn } from "./columns.js";

/** Rows of one of the tables. */
export interface ChosenRows {
  readonly role: Role;
  readonly rows: Uint32Array;
}

interface Side {
  readonly category: boolean;
  readonly from: Float32Array | Int32Array;
  readonly to: Float32Array | Int32Array;
  /** Whether a number is missing on either side. */
  readonly gaps: boolean;
}

/** The range of a column of the training table, by which distances are divided; 1 where it has none. */
function rangeOf(column: TypedColumn): number {
  if (isCategory(column)) return 1;
  const [least, most] = extent(column.train);
  return most > least ? most - least : 1;
}

function picked(column: TypedColumn, { role, rows }: ChosenRows): Float32Array | Int32Array {
  if (isCategory(column)) return Int32Array.from(rows, (row) => column[role][row] ?? MISSING_LABEL);
  const range = rangeOf(column);
  return Float32Array.from(rows, (row) => (column[role][row] ?? Number.NaN) / range);
}

function addMismatches(distances: Float32Array, value: number, others: Float32Array | Int32Array): void {
  for (let j = 0; j < distances.length; j++) {
    if (others[j] !== value) distances[j] = (distances[j] ?? 0) + 1;
  }
}

function addDifferences(distances: Float32Array, value: number, others: Float32Array | Int32Array): void {
  for (let j = 0; j < distances.length; j++) {
    const gap = Math.fround(Math.abs(value - (others[j] ?? 0)));
    distances[j] = (distances[j] ?? 0) + (gap < 1 ? gap : 1);
  }
}

/** As `addDifferences` where numbers may be missing: both missing is no distance, one of them the largest. */
function addWithGaps(distances: Float32Array, value: number, others: Float32Array | Int32Array): void {
  const missing = Number.isNaN(value);
  for (let j = 0; j < distances.length; j++) {
    const other = others[j] ?? 0;
    const both = missing && Number.isNaN(other);
    const gap = Math.fround(Math.abs(value - other));
    distances[j] = (distances[j] ?? 0) + (both ? 0 : gap < 1 ? gap : 1);
  }
}

/**
 * The distance of each row to the nearest of others (Gower's): the mean over columns of 0 or 1 for categories and of the difference
 * over the training range, at most 1, for numbers. Sums are of float32, column by column, so that they do not depend on the order
 * of rows.
 */
export function nearestDistances(
  columns: readonly TypedColumn[],
  from: ChosenRows,
  to: ChosenRows,
): Float64Array {
  const sides = columns.map((column): Side => {
    const [own, others] = [picked(column, from), picked(column, to)];
    const category = isCategory(column);
    const gaps = !category && (own.some(Number.isNaN) || others.some(Number.isNaN));
    return { category, from: own, to: others, gaps };
  });
  const distances = new Float32Array(to.rows.length);
  return Float64Array.from(from.rows, (_, i) => {
    distances.fill(0);
    for (const { category, from: own, to: others, gaps } of sides) {
      const add = category ? addMismatches : gaps ? addWithGaps : addDifferences;
      add(distances, own[i] ?? Number.NaN, others);
    }
    let best = Infinity;
    for (const each of distances) if (each < best) best = each;
    return best / columns.length;
  });
}
