import { extent, isCategory, type NumberColumn, type TypedColumn } from "./columns.js";

/** How alike two columns hang together in both tables: 1 is the same. */
export interface PairScore {
  readonly a: string;
  readonly b: string;
  readonly score: number;
  /** Whether it compares correlations; else shares of pairs of values. */
  readonly correlation: boolean;
}

/** Numbers are cut into this many bins of equal width; one more is for missing ones. */
const BINS = 10;

interface Coded {
  readonly train: Int32Array;
  readonly synthetic: Int32Array;
  readonly count: number;
}

function coded(column: TypedColumn): Coded {
  if (isCategory(column)) {
    return { train: column.train, synthetic: column.synthetic, count: column.labels.length };
  }
  const [least, most] = extent(column.train);
  const step = (most - least) / BINS;
  const edges = Array.from({ length: BINS - 1 }, (_, i) => (i + 1) * step + least);
  const bin = (value: number): number => {
    if (Number.isNaN(value)) return BINS;
    let low = 0;
    while (low < edges.length && (edges[low] ?? 0) <= value) low++;
    return low;
  };
  const cut = (values: Float64Array): Int32Array => Int32Array.from(values, bin);
  return { train: cut(column.train), synthetic: cut(column.synthetic), count: BINS + 1 };
}

/** Pearson's correlation of rows that have both values; NaN if one of them doesn't vary. */
export function correlation(x: Float64Array, y: Float64Array): number {
  let [n, meanX, meanY] = [0, 0, 0];
  const both = (i: number): boolean => !Number.isNaN(x[i]) && !Number.isNaN(y[i]);
  for (let i = 0; i < x.length; i++) {
    if (!both(i)) continue;
    n++;
    meanX += x[i] ?? 0;
    meanY += y[i] ?? 0;
  }
  meanX /= n;
  meanY /= n;
  let [xx, yy, xy] = [0, 0, 0];
  let [firstX, firstY, variesX, variesY] = [Number.NaN, Number.NaN, false, false];
  for (let i = 0; i < x.length; i++) {
    if (!both(i)) continue;
    const [a = 0, b = 0] = [x[i], y[i]];
    if (Number.isNaN(firstX)) [firstX, firstY] = [a, b];
    variesX ||= a !== firstX;
    variesY ||= b !== firstY;
    xx += (a - meanX) ** 2;
    yy += (b - meanY) ** 2;
    xy += (a - meanX) * (b - meanY);
  }
  if (!variesX || !variesY) return Number.NaN;
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

function correlationScore(a: NumberColumn, b: NumberColumn): number | undefined {
  const real = correlation(a.train, b.train);
  if (Number.isNaN(real)) return undefined;
  const synthetic = correlation(a.synthetic, b.synthetic);
  return 1 - Math.abs(real - (Number.isNaN(synthetic) ? 0 : synthetic)) / 2;
}

/** As `totalVariation` of pairs of codes, of which there may be too many for a table. */
function jointDistance(a: Coded, b: Coded): number {
  const shares = new Map<number, number>();
  const add = (left: Int32Array, right: Int32Array, sign: number): void => {
    for (let i = 0; i < left.length; i++) {
      const key = (left[i] ?? 0) * b.count + (right[i] ?? 0);
      shares.set(key, (shares.get(key) ?? 0) + sign / left.length);
    }
  };
  if (a.count * b.count <= 1 << 20) return denseDistance(a, b);
  add(a.train, b.train, 1);
  add(a.synthetic, b.synthetic, -1);
  let sum = 0;
  for (const share of shares.values()) sum += Math.abs(share);
  return sum / 2;
}

function denseDistance(a: Coded, b: Coded): number {
  const shares = new Float64Array(a.count * b.count);
  const add = (left: Int32Array, right: Int32Array, share: number): void => {
    for (let i = 0; i < left.length; i++) {
      const key = (left[i] ?? 0) * b.count + (right[i] ?? 0);
      shares[key] = (shares[key] ?? 0) + share;
    }
  };
  add(a.train, b.train, 1 / a.train.length);
  add(a.synthetic, b.synthetic, -1 / a.synthetic.length);
  let sum = 0;
  for (const share of shares) sum += Math.abs(share);
  return sum / 2;
}

/** Every pair of columns but those of numbers of which one doesn't vary in the training table. */
export function pairScores(columns: readonly TypedColumn[]): PairScore[] {
  const codes = columns.map(coded);
  return columns.flatMap((a, i) =>
    columns.slice(i + 1).flatMap((b, k): PairScore[] => {
      const [left, right] = [codes[i], codes[i + 1 + k]];
      if (!isCategory(a) && !isCategory(b)) {
        const score = correlationScore(a, b);
        return score === undefined ? [] : [{ a: a.name, b: b.name, score, correlation: true }];
      }
      if (left === undefined || right === undefined) return [];
      return [{ a: a.name, b: b.name, score: 1 - jointDistance(left, right), correlation: false }];
    }),
  );
}
