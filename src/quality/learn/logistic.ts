import { minimise } from "./minimise.js";

/** Features by example: for each example the columns that aren't 0, and their values. */
export interface SparseRows {
  readonly columns: number;
  /** Where each example's entries begin, and where the last's end: [examples + 1]. */
  readonly starts: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float64Array;
}

/** A fitted logistic regression. */
export interface LogisticModel {
  readonly weights: Float64Array;
  readonly bias: number;
}

function score(rows: SparseRows, row: number, weights: Float64Array): number {
  let sum = weights[rows.columns] ?? 0;
  const end = rows.starts[row + 1] ?? 0;
  for (let k = rows.starts[row] ?? 0; k < end; k++) {
    sum += (weights[rows.indices[k] ?? 0] ?? 0) * (rows.values[k] ?? 0);
  }
  return sum;
}

/**
 * Logistic regression of labels 0 and 1 on `chosen` rows: minimises C times the sum of the losses plus half the squared weights,
 * the bias free (C = 1), by L-BFGS.
 */
export function fitLogistic(
  rows: SparseRows,
  labels: Uint8Array,
  chosen: Uint32Array,
  iterations = 200,
): LogisticModel {
  const x = new Float64Array(rows.columns + 1);
  minimise(
    (weights, gradient) => {
      let loss = 0;
      for (let j = 0; j < rows.columns; j++) {
        loss += (weights[j] ?? 0) ** 2 / 2;
        gradient[j] = weights[j] ?? 0;
      }
      gradient[rows.columns] = 0;
      for (const row of chosen) {
        const z = score(rows, row, weights);
        const label = labels[row] ?? 0;
        loss += Math.max(z, 0) - label * z + Math.log1p(Math.exp(-Math.abs(z)));
        const error = 1 / (1 + Math.exp(-z)) - label;
        const end = rows.starts[row + 1] ?? 0;
        for (let k = rows.starts[row] ?? 0; k < end; k++) {
          const j = rows.indices[k] ?? 0;
          gradient[j] = (gradient[j] ?? 0) + error * (rows.values[k] ?? 0);
        }
        gradient[rows.columns] = (gradient[rows.columns] ?? 0) + error;
      }
      return loss;
    },
    x,
    iterations,
    1e-4,
  );
  return { weights: x.slice(0, rows.columns), bias: x[rows.columns] ?? 0 };
}

/** The probability of class 1 of each of `chosen` rows. */
export function logisticProbabilities(
  { weights, bias }: LogisticModel,
  rows: SparseRows,
  chosen: Uint32Array,
): Float64Array {
  const all = Float64Array.of(...weights, bias);
  return Float64Array.from(chosen, (row) => 1 / (1 + Math.exp(-score(rows, row, all))));
}
