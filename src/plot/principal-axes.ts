import { be, formatShape, requireArgument, tensor, type Tensor, UserError } from "../tensor/index.js";

/** The two directions along which a cloud of codes spreads most. */
export interface PrincipalAxes {
  /** The codes seen along the axes, `[n, 2]`, centred on 0. */
  readonly points: Tensor<"float64">;
  /** Unit vectors, `[2, d]`; the component of largest size is positive. */
  readonly axes: Tensor<"float64">;
  /** Mean of the codes, `[d]`. */
  readonly mean: Tensor<"float64">;
  /** Share of the codes' total variance along each axis, in 0..1; zeros if the codes do not vary. */
  readonly explained: readonly [number, number];
}

const MAX_ITERATIONS = 5000;

/**
 * The first two principal axes of `codes` `[n, d]`, by power iteration on their covariance (population, 1/n)
 * with deflation. Axes of equal variance are not unique; any of them is returned, always the same for the same
 * codes. With `d` = 1 the second coordinate is 0. Takes about `n * d^2 / 2` multiplications.
 *
 * Throws a {@link UserError} for other ranks, no codes, and values that are not finite.
 */
export function principalAxes(codes: Tensor): PrincipalAxes {
  requireArgument("principalAxes", "codes", codes, be.tensor());
  const [n = 0, d = 0] = codes.shape;
  if (codes.shape.length !== 2 || n === 0 || d === 0) {
    throw new UserError(
      `principal axes are found for codes [n, d] with at least one of each, got ${formatShape(codes.shape)}`,
    );
  }
  const centred = Float64Array.from(codes.data as ArrayLike<number | bigint>, Number);
  const bad = centred.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new UserError(`code ${Math.floor(bad / d)} holds ${centred[bad]}: codes must be finite`);
  const mean = centre(centred, n, d);
  const covariance = covarianceOf(centred, n, d);
  let total = 0;
  for (let i = 0; i < d; i++) total += covariance[i * d + i] ?? 0;
  const axes = new Float64Array(2 * d);
  const explained: [number, number] = [0, 0];
  let first: Float64Array | undefined;
  for (let k = 0; k < Math.min(2, d); k++) {
    const { vector, value } = leadingVector(covariance, d, total * 1e-14, first);
    axes.set(vector, k * d);
    explained[k] = total > 0 ? Math.min(1, value / total) : 0;
    first = vector;
  }
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      const value = centred[i * d + j] ?? 0;
      points[2 * i] = (points[2 * i] ?? 0) + value * (axes[j] ?? 0);
      points[2 * i + 1] = (points[2 * i + 1] ?? 0) + value * (axes[d + j] ?? 0);
    }
  }
  return {
    points: tensor("float64", [n, 2], points),
    axes: tensor("float64", [2, d], axes),
    mean: tensor("float64", [d], mean),
    explained,
  };
}

/** Takes the mean of every column off in place and returns the means. */
function centre(values: Float64Array, n: number, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (let i = 0; i < values.length; i++) mean[i % d] = (mean[i % d] ?? 0) + (values[i] ?? 0) / n;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) - (mean[i % d] ?? 0);
  return mean;
}

function covarianceOf(centred: Float64Array, n: number, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < d; i++) {
      const left = (centred[row * d + i] ?? 0) / n;
      for (let j = i; j < d; j++) out[i * d + j] = (out[i * d + j] ?? 0) + left * (centred[row * d + j] ?? 0);
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) out[i * d + j] = out[j * d + i] ?? 0;
  return out;
}

/**
 * The unit vector along which a symmetric, positive semidefinite matrix `[d, d]` is largest, among those
 * orthogonal to `first`. Variances up to `negligible` are rounding: any orthogonal vector is as good.
 */
function leadingVector(
  matrix: Float64Array,
  d: number,
  negligible: number,
  first: Float64Array | undefined,
): { vector: Float64Array; value: number } {
  // Unequal entries, so that no eigenvector of a plainly structured matrix is orthogonal to the start.
  let vector = Float64Array.from({ length: d }, (_, i) => 1 + 0.5 * Math.sin(1 + i));
  if (first !== undefined) project(vector, first);
  normalise(vector);
  let value = 0;
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const next = new Float64Array(d);
    for (let i = 0; i < d; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (matrix[i * d + j] ?? 0) * (vector[j] ?? 0);
      next[i] = sum;
    }
    if (first !== undefined) project(next, first);
    value = normalise(next);
    if (value <= negligible) return { vector: anyOrthogonal(d, first), value: 0 };
    const change = next.reduce((most, x, i) => Math.max(most, Math.abs(x - (vector[i] ?? 0))), 0);
    vector = next;
    if (change < 1e-13) break;
  }
  const largest = vector.reduce(
    (best, x, i) => (Math.abs(x) > Math.abs(vector[best] ?? 0) + 1e-9 ? i : best),
    0,
  );
  if ((vector[largest] ?? 0) < 0) vector = vector.map((x) => -x);
  return { vector, value };
}

/** The unit vector nearest to a coordinate axis and orthogonal to `first`. */
function anyOrthogonal(d: number, first: Float64Array | undefined): Float64Array {
  const vector = new Float64Array(d);
  if (first === undefined) {
    vector[0] = 1;
    return vector;
  }
  vector[first.reduce((best, x, i) => (Math.abs(x) < Math.abs(first[best] ?? 0) ? i : best), 0)] = 1;
  project(vector, first);
  normalise(vector);
  return vector;
}

/** Takes away, in place, the part of `vector` along the unit vector `away`. */
function project(vector: Float64Array, away: Float64Array): void {
  const along = vector.reduce((sum, x, i) => sum + x * (away[i] ?? 0), 0);
  vector.forEach((x, i) => (vector[i] = x - along * (away[i] ?? 0)));
}

/** Scales to length 1 in place and returns the length before. */
function normalise(vector: Float64Array): number {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  if (length > 0) vector.forEach((x, i) => (vector[i] = x / length));
  return length;
}
