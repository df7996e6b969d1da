import { RandomStream } from "../../tensor/index.js";
import type { Support } from "../distribution.js";
import { meanAndError, quantileOf } from "./statistics.js";

/**
 * Points of the support with weights, for one distribution: sums of weight times a function approximate its
 * integral (for counts: its sum) over the support.
 */
export interface Oracle {
  /** Coordinates, [points, size of the event]. */
  readonly points: number[];
  readonly weights: number[];
  /** True if the points were drawn, so that sums have a standard error; false for a grid. */
  readonly random: boolean;
}

const gridPoints = 60_001;
const drawnPoints = 20_000;

/** The trapezoidal rule in t on from..to for points x(t). */
function grid(from: number, to: number, x: (t: number) => number, slope: (t: number) => number): Oracle {
  const step = (to - from) / (gridPoints - 1);
  const t = Array.from({ length: gridPoints }, (_, i) => from + i * step);
  return { points: t.map(x), weights: t.map((value) => slope(value) * step), random: false };
}

/** An oracle for numbers, around a sample of them. */
function scalarOracle(support: Support, sample: readonly number[]): Oracle {
  const sorted = [...sample].sort((a, b) => a - b);
  const middle = quantileOf(sorted, 0.5);
  const spread = quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25) || Math.abs(middle) || 1;
  switch (support) {
    case "real":
    case "interval":
      return grid(
        -30,
        30,
        (t) => middle + spread * Math.sinh(t),
        (t) => spread * Math.cosh(t),
      );
    case "positive": {
      const unit = Math.max(middle, 1e-200);
      return grid(
        -200,
        40,
        (t) => unit * Math.exp(t),
        (t) => unit * Math.exp(t),
      );
    }
    case "unitInterval":
      return grid(-200, 36, logistic, (t) => logistic(t) * logistic(-t));
    case "angle":
      return grid(
        -Math.PI,
        Math.PI,
        (t) => t,
        () => 1,
      );
    case "nonNegativeInteger":
    case "binary": {
      const count = support === "binary" ? 2 : Math.ceil(middle + 60 * spread + 60);
      const points = Array.from({ length: count }, (_, i) => i);
      return { points, weights: points.map(() => 1), random: false };
    }
    default:
      throw new Error(`the contract can't integrate numbers over the support "${support}"`);
  }
}

/** The lower Cholesky factor of a covariance matrix of rows. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const lower: number[][] = matrix.map((row) => row.map(() => 0));
  matrix.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      let sum = row[j] as number;
      for (let k = 0; k < j; k++) sum -= (lower[i]?.[k] as number) * (lower[j]?.[k] as number);
      const target = lower[i] as number[];
      target[j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (lower[j]?.[j] as number);
    }
  });
  return lower;
}

/** Draws of a multivariate t with 4 degrees of freedom around vectors, with 1 / density. */
function studentProposal(
  rows: readonly (readonly number[])[],
  stream: RandomStream,
): { draws: number[][]; inverse: number[] } {
  const size = (rows[0] as readonly number[]).length;
  const mean = Array.from({ length: size }, (_, i) => meanAndError(rows.map((row) => row[i] as number)).mean);
  const covariance = mean.map((a, i) =>
    mean.map(
      (b, j) => meanAndError(rows.map((row) => ((row[i] as number) - a) * ((row[j] as number) - b))).mean,
    ),
  );
  const lower = cholesky(covariance);
  const df = 4;
  const normals = new Float64Array(drawnPoints * (size + df));
  stream.normal(normals, 0);
  const logDeterminant = lower.reduce((sum, row, i) => sum + Math.log(row[i] as number), 0);
  // log of gamma((df + size) / 2) / gamma(df / 2), by the recurrence and, for an odd size, gamma(2.5).
  let logGammas = size % 2 === 1 ? Math.log(0.75 * Math.sqrt(Math.PI)) : 0;
  for (let k = size % 2 === 1 ? 5 : 4; k < df + size; k += 2) logGammas += Math.log(k / 2);
  const draws: number[][] = [];
  const inverse: number[] = [];
  for (let n = 0; n < drawnPoints; n++) {
    const z = normals.subarray(n * (size + df), (n + 1) * (size + df));
    const chi = z.subarray(size).reduce((sum, value) => sum + value * value, 0);
    const stretch = Math.sqrt(df / chi);
    draws.push(
      mean.map((m, i) => {
        let sum = 0;
        for (let k = 0; k <= i; k++) sum += (lower[i]?.[k] as number) * (z[k] as number);
        return m + stretch * sum;
      }),
    );
    const square = z.subarray(0, size).reduce((sum, value) => sum + value * value, 0) / chi;
    const log =
      logGammas -
      (size / 2) * Math.log(df * Math.PI) -
      logDeterminant -
      ((df + size) / 2) * Math.log1p(square);
    inverse.push(Math.exp(-log));
  }
  return { draws, inverse };
}

const logistic = (t: number): number => 1 / (1 + Math.exp(-t));

/** Maps between the numbers of a support and all numbers, coordinate by coordinate; the slope is of `from`. */
const coordinateMaps: Readonly<
  Partial<Record<Support, { to(x: number): number; from(t: number): number; slope(t: number): number }>>
> = {
  positive: { to: Math.log, from: Math.exp, slope: Math.exp },
  unitInterval: {
    to: (x) => Math.log(x) - Math.log1p(-x),
    from: logistic,
    slope: (t) => logistic(t) * logistic(-t),
  },
};

/** An oracle for vectors, by importance sampling around a sample of them (on the sphere: evenly). */
function vectorOracle(support: Support, rows: readonly (readonly number[])[], seed: number): Oracle {
  const size = (rows[0] as readonly number[]).length;
  const stream = new RandomStream(seed, "contract-oracle");
  const share = (weights: number[]): number[] => weights.map((weight) => weight / drawnPoints);
  if (support === "real") {
    const { draws, inverse } = studentProposal(rows, stream);
    return { points: draws.flat(), weights: share(inverse), random: true };
  }
  const map = coordinateMaps[support];
  if (map !== undefined) {
    const { draws, inverse } = studentProposal(
      rows.map((row) => row.map(map.to)),
      stream,
    );
    const weights = draws.map((y, i) => y.reduce((w, value) => w * map.slope(value), inverse[i] as number));
    return { points: draws.flatMap((y) => y.map(map.from)), weights: share(weights), random: true };
  }
  if (support === "simplex") {
    const ratios = rows.map((row) =>
      row.slice(0, -1).map((x) => Math.log(Math.max(x, 1e-300) / Math.max(row.at(-1) as number, 1e-300))),
    );
    const { draws, inverse } = studentProposal(ratios, stream);
    const points = draws.map((y) => {
      const top = Math.max(0, ...y);
      const powers = [...y, 0].map((value) => Math.exp(value - top));
      const total = powers.reduce((a, b) => a + b, 0);
      return powers.map((power) => power / total);
    });
    const weights = points.map((x, i) => x.reduce((product, value) => product * value, inverse[i] as number));
    return { points: points.flat(), weights: share(weights), random: true };
  }
  if (support === "sphere") {
    const normals = new Float64Array(drawnPoints * size);
    stream.normal(normals, 0);
    const points = Array.from({ length: drawnPoints }, (_, n) => {
      const z = Array.from(normals.subarray(n * size, (n + 1) * size));
      const length = Math.hypot(...z);
      return z.map((value) => value / length);
    });
    let area = size % 2 === 0 ? 2 * Math.PI : 2;
    for (let k = size % 2 === 0 ? 2 : 1; k < size; k += 2) area *= (2 * Math.PI) / k;
    return { points: points.flat(), weights: share(points.map(() => area)), random: true };
  }
  if (support === "oneHot") {
    const points = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)),
    );
    return { points: points.flat(), weights: points.map(() => 1), random: false };
  }
  throw new Error(`the contract can't integrate vectors over the support "${support}"`);
}

/** Points to integrate over `support` with, chosen after a sample of events of `size` numbers each. */
export function oracleFor(
  support: Support,
  isVector: boolean,
  sample: readonly number[],
  size: number,
  seed: number,
): Oracle {
  if (!isVector) return scalarOracle(support, sample);
  const rows: number[][] = [];
  for (let i = 0; i < sample.length; i += size) rows.push(sample.slice(i, i + size));
  return vectorOracle(support, rows, seed);
}
