import {
  type CategoryColumn,
  extent,
  isCategory,
  MISSING_LABEL,
  type NumberColumn,
  type Role,
  type TypedColumn,
} from "./columns.js";

/** Rows of one of the tables. */
export interface ChosenRows {
  readonly role: Role;
  readonly rows: Uint32Array;
}

/** The range of a column of the training table, by which distances are divided; 1 where it has none. */
function rangeOf(column: NumberColumn): number {
  const [least, most] = extent(column.train);
  return most > least ? most - least : 1;
}

/** Adds a column's part of the distances of the row `i` to all others. */
type Add = (distances: Float32Array, i: number) => void;

/** 1 where categories differ, looked up rather than compared, as a processor can't foresee which do. */
function addMismatches(column: CategoryColumn, from: ChosenRows, to: ChosenRows): Add {
  const of = ({ role, rows }: ChosenRows): Int32Array =>
    Int32Array.from(rows, (row) => column[role][row] ?? MISSING_LABEL);
  const [own, others] = [of(from), of(to)];
  const cost = new Float32Array(column.labels.length).fill(1);
  return (distances, i) => {
    const label = own[i] ?? MISSING_LABEL;
    cost[label] = 0;
    addCosts(distances, others, cost);
    cost[label] = 1;
  };
}

function addCosts(distances: Float32Array, others: Int32Array, cost: Float32Array): void {
  for (let j = 0; j < distances.length; j++) {
    distances[j] = (distances[j] ?? 0) + (cost[others[j] ?? 0] ?? 0);
  }
}

/** The difference over the range; both missing is no distance, one of them the largest. */
function addDifferences(column: NumberColumn, from: ChosenRows, to: ChosenRows): Add {
  const range = rangeOf(column);
  const of = ({ role, rows }: ChosenRows): Float32Array =>
    Float32Array.from(rows, (row) => (column[role][row] ?? Number.NaN) / range);
  const [own, others] = [of(from), of(to)];
  const gaps = own.some(Number.isNaN) || others.some(Number.isNaN);
  const add = gaps ? addWithGaps : addWithout;
  return (distances, i) => add(distances, others, own[i] ?? Number.NaN);
}

function addWithout(distances: Float32Array, others: Float32Array, value: number): void {
  for (let j = 0; j < distances.length; j++) {
    const gap = Math.fround(Math.abs(value - (others[j] ?? 0)));
    distances[j] = (distances[j] ?? 0) + (gap < 1 ? gap : 1);
  }
}

function addWithGaps(distances: Float32Array, others: Float32Array, value: number): void {
  const missing = Number.isNaN(value);
  for (let j = 0; j < distances.length; j++) {
    const other = others[j] ?? 0;
    const both = missing && Number.isNaN(other);
    const gap = Math.fround(Math.abs(value - other));
    distances[j] = (distances[j] ?? 0) + (both ? 0 : gap < 1 ? gap : 1);
  }
}

function least(values: Float32Array): number {
  let best = Infinity;
  for (let j = 0; j < values.length; j++) {
    const value = values[j] ?? 0;
    if (value < best) best = value;
  }
  return best;
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
  const parts = columns.map((column) =>
    isCategory(column) ? addMismatches(column, from, to) : addDifferences(column, from, to),
  );
  const distances = new Float32Array(to.rows.length);
  return Float64Array.from(from.rows, (_, i) => {
    distances.fill(0);
    for (const add of parts) add(distances, i);
    return least(distances) / columns.length;
  });
}
