import type { Feature } from "../boosting/bins.js";
import type { SparseRows } from "../learn/logistic.js";

interface Part {
  readonly columns: number;
  /** Calls `put` with the place and value of each entry of a row that isn't 0. */
  readonly entries: (row: number, put: (column: number, value: number) => void) => void;
}

/** A number standardised and kept within 10 deviations, missing ones at the mean, with a column that says that they are. */
function numberPart(values: Float64Array): Part {
  let [sum, n] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    n++;
  }
  const mean = n === 0 ? 0 : sum / n;
  let squares = 0;
  for (const value of values) squares += Number.isNaN(value) ? 0 : (value - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length) || 1;
  return {
    columns: n < values.length ? 2 : 1,
    entries(row, put) {
      const value = values[row] ?? Number.NaN;
      if (Number.isNaN(value)) put(1, 1);
      else put(0, Math.max(-10, Math.min(10, (value - mean) / deviation)));
    },
  };
}

/** A column for each category, and one for missing. */
function categoryPart(values: Float64Array): Part {
  const present = [...new Set(values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const place = new Map(present.map((value, i) => [value, i]));
  const missing = values.some(Number.isNaN);
  return {
    columns: present.length + (missing ? 1 : 0),
    entries: (row, put) => put(place.get(values[row] ?? Number.NaN) ?? present.length, 1),
  };
}

/** Features for a logistic regression: categories as indicators, numbers standardised. */
export function indicators(features: readonly Feature[], count: number): SparseRows {
  const parts = features.map(({ values, category }) =>
    category ? categoryPart(values) : numberPart(values),
  );
  const starts = new Uint32Array(count + 1);
  const indices: number[] = [];
  const entries: number[] = [];
  for (let row = 0; row < count; row++) {
    let offset = 0;
    for (const part of parts) {
      const base = offset;
      part.entries(row, (column, value) => {
        indices.push(base + column);
        entries.push(value);
      });
      offset += part.columns;
    }
    starts[row + 1] = indices.length;
  }
  return {
    columns: parts.reduce((sum, { columns }) => sum + columns, 0),
    starts,
    indices: Uint32Array.from(indices),
    values: Float64Array.from(entries),
  };
}
