import { constant, type Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { type FloatType, fromNumbers, tensor } from "../../tensor/index.js";

/**
 * A linear filter along one side of a picture as a matrix [out, in]: few numbers of each row are not 0. Products with such
 * matrices are what the engine does best, in both dtypes, and borders are rows like any other.
 */
export type Band = readonly (readonly number[])[];

/** A matrix of this size from its numbers. */
export function band(rows: number, columns: number, at: (row: number, column: number) => number): Band {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => at(i, j)));
}

/** Weights of a Gaussian window of `size` numbers, which add up to 1. */
export function gaussianWindow(size: number, sigma: number): number[] {
  const middle = (size - 1) / 2;
  const weights = Array.from({ length: size }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** A window that lies within the side at every place: `length - window + 1` places. */
export function windowBand(length: number, window: readonly number[]): Band {
  return band(length - window.length + 1, length, (i, j) => window[j - i] ?? 0);
}

/** Averages of neighbouring pairs; of an odd length the last number stays alone. */
export function pairBand(length: number): Band {
  const half = Math.ceil(length / 2);
  const alone = (i: number): boolean => 2 * i === length - 1;
  return band(half, length, (i, j) => (Math.floor(j / 2) !== i ? 0 : alone(i) ? 1 : 0.5));
}

/** Burt and Adelson's window. */
const binomial = [1, 4, 6, 4, 1].map((weight) => weight / 16);

/** Smoothed, and every second place taken; beyond the border lies the border's own number. */
export function reduceBand(length: number): Band {
  const rows = Array.from({ length: Math.ceil(length / 2) }, (_, i) => {
    const row = new Array<number>(length).fill(0);
    binomial.forEach((weight, k) => {
      const at = Math.min(length - 1, Math.max(0, 2 * i + k - 2));
      row[at] = (row[at] ?? 0) + weight;
    });
    return row;
  });
  return rows;
}

/** Back to `length` places: smoothing of the numbers with gaps between them, such that a constant stays what it is. */
export function expandBand(length: number): Band {
  const half = Math.ceil(length / 2);
  return Array.from({ length }, (_, i) => {
    const row = Array.from({ length: half }, (_, j) => binomial[i - 2 * j + 2] ?? 0);
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((weight) => weight / sum);
  });
}

function matrix(rows: Band, dtype: FloatType): Expr {
  const shape = [rows.length, rows[0]?.length ?? 0];
  return constant(tensor(dtype, shape, fromNumbers(dtype, rows.flat())));
}

/** Planes [..., h, w] filtered along both sides. */
export function filtered(planes: Expr, down: Band, across: Band): Expr {
  const dtype = planes.dtype as FloatType;
  return matrix(down, dtype).matmul(planes.matmul(matrix(across, dtype).transpose()));
}
