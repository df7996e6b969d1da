/** Numbers by example of a feature; NaN is missing. Of a category, small whole numbers from 0. */
export interface Feature {
  readonly values: Float64Array;
  readonly category: boolean;
}

/** Bins for values that are there; one more, behind those in use, is for those that are missing. */
export const MOST_BINS = 255;

/** How a feature's values become bins. */
export interface Binning {
  readonly category: boolean;
  /** Bins in use without that of missing values, which is this one. */
  readonly count: number;
  /** Whether a value is missing among those that the bins were made of. */
  readonly missing: boolean;
  /** Of numbers: a value belongs to the first bin whose threshold it doesn't exceed. */
  readonly thresholds: Float64Array;
  /** Of a category: the bin of each of its numbers, -1 for those that did not occur. */
  readonly codes: Int16Array;
}

function distinct(sorted: Float64Array): Float64Array {
  return sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
}

function thresholdsOf(sorted: Float64Array): Float64Array {
  const values = distinct(sorted);
  const between = (low: number, high: number): number => {
    const [a, b] = [low, high];
    return Math.min((a + b) / 2, Number.MAX_VALUE);
  };
  if (values.length <= MOST_BINS) {
    return Float64Array.from({ length: Math.max(0, values.length - 1) }, (_, i) =>
      between(values[i] ?? 0, values[i + 1] ?? 0),
    );
  }
  const cuts = Float64Array.from({ length: MOST_BINS - 1 }, (_, i) => {
    const place = (((i + 1) * (100 / MOST_BINS)) / 100) * (sorted.length - 1);
    return between(sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0);
  });
  return cuts;
}

/**
 * Bins of a feature over `rows`: one a category or a distinct number, or, of more than 255 different numbers, between their
 * quantiles. Throws a RangeError where a category has more than 255 values.
 */
export function makeBins({ values, category }: Feature, rows: Uint32Array): Binning {
  const present = Float64Array.from(rows, (row) => values[row] ?? Number.NaN).filter((v) => !Number.isNaN(v));
  const missing = present.length < rows.length;
  const sorted = present.sort();
  if (!category) {
    const thresholds = thresholdsOf(sorted);
    return { category, count: thresholds.length + 1, missing, thresholds, codes: new Int16Array(0) };
  }
  const known = distinct(sorted);
  if (known.length > MOST_BINS) throw new RangeError(`a category has ${known.length} values, more than 255`);
  const codes = new Int16Array((known.at(-1) ?? -1) + 1).fill(-1);
  known.forEach((value, bin) => (codes[value] = bin));
  return { category, count: known.length, missing, thresholds: new Float64Array(0), codes };
}

/** The bin of one value; `count` of those that are missing and of unknown categories. */
export function binOf({ category, count, thresholds, codes }: Binning, value: number): number {
  if (Number.isNaN(value)) return count;
  if (category) {
    const bin = codes[value] ?? -1;
    return bin < 0 ? count : bin;
  }
  let [low, high] = [0, thresholds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (thresholds[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The bins of the values of `rows`. */
export function binned(binning: Binning, values: Float64Array, rows: Uint32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => binOf(binning, values[row] ?? Number.NaN));
}
