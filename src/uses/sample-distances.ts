import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import type { KernelName } from "../objectives/index.js";
import { RandomStream, type Tensor, tensor, UserError } from "../tensor/index.js";

/** How two samples are compared. */
export interface SampleDistanceOptions {
  /** Directions that the points are projected to; default 100. In the plane they are evenly spread, else drawn. */
  readonly directions?: number;
  /** The kernel of the discrepancy: `rbf` (default) or `imq`, see `kernelOf`. */
  readonly kernel?: KernelName;
  /** The kernel's width in the points' units; default 0.5. */
  readonly bandwidth?: number;
  /** The discrepancy compares so many points of each sample at most, drawn with the seed; default 2,000. */
  readonly points?: number;
  /** Default 0. */
  readonly seed?: number | bigint;
}

/** How far two samples are apart; 0 for the same distribution, but for chance. */
export interface SampleDistances {
  /** The sliced Wasserstein-2 distance, in the points' own units: the root of the mean square over directions. */
  readonly slicedWasserstein: number;
  /** The squared maximum mean discrepancy without the pairs of a point with itself, from 0 to 2; by chance a little below 0. */
  readonly mmdSquared: number;
}

const checks = {
  directions: be.whole(1, 10_000),
  kernel: be.oneOf(["rbf", "imq"] satisfies KernelName[]),
  bandwidth: be.positive,
  points: be.whole(2, 20_000),
  seed: be.seed,
} as const satisfies ChecksOf<SampleDistanceOptions>;

/** Directions [count, size] of length 1. */
function directionsOf(count: number, size: number, seed: number | bigint): Float64Array[] {
  if (size === 1) return [Float64Array.of(1)];
  if (size === 2) {
    return Array.from({ length: count }, (_, k) => {
      const angle = (k * Math.PI) / count;
      return Float64Array.of(Math.cos(angle), Math.sin(angle));
    });
  }
  const stream = new RandomStream(seed, "sample-distances", "directions");
  const all = stream.normal(new Float64Array(count * size), 0);
  return Array.from({ length: count }, (_, k) => {
    const own = all.slice(k * size, (k + 1) * size);
    const length = Math.hypot(...own) || 1;
    return own.map((value) => value / length);
  });
}

function projected({ data, shape }: Tensor<"float32">, direction: Float64Array): Float64Array {
  const size = direction.length;
  return Float64Array.from({ length: shape[0] ?? 0 }, (_, i) => {
    let sum = 0;
    for (let d = 0; d < size; d++) sum += (data[i * size + d] ?? 0) * (direction[d] ?? 0);
    return sum;
  }).sort();
}

/** The squared Wasserstein-2 distance of sorted numbers, however many there are of each. */
function wassersteinSquared(a: Float64Array, b: Float64Array): number {
  let [sum, at, i, j] = [0, 0, 0, 0];
  while (i < a.length && j < b.length) {
    const [endA, endB] = [(i + 1) / a.length, (j + 1) / b.length];
    const end = Math.min(endA, endB);
    sum += (end - at) * ((a[i] ?? 0) - (b[j] ?? 0)) ** 2;
    at = end;
    if (endA <= end) i++;
    if (endB <= end) j++;
  }
  return sum;
}

/** At most so many points of a sample, drawn with a seed. */
function some(
  sample: Tensor<"float32">,
  most: number,
  seed: number | bigint,
  name: string,
): Tensor<"float32"> {
  const [n = 0, size = 0] = sample.shape;
  if (n <= most) return sample;
  const chosen = new RandomStream(seed, "sample-distances", name).permutation(n).subarray(0, most);
  const out = tensor("float32", [most, size]);
  chosen.forEach((row, i) => out.data.set(sample.data.subarray(row * size, (row + 1) * size), i * size));
  return out;
}

type Kernel = (squaredDistance: number) => number;

function kernelAt(name: KernelName, size: number, bandwidth: number): Kernel {
  const width = 2 * bandwidth * bandwidth;
  if (name === "rbf") return (squared) => Math.exp(-squared / width);
  return (squared) => (width * size) / (width * size + squared);
}

/** The mean of a kernel over pairs of points; of a sample with itself without the pairs of a point with itself. */
function meanKernel(a: Tensor<"float32">, b: Tensor<"float32">, kernel: Kernel): number {
  const [n = 0, size = 0] = a.shape;
  const m = b.shape[0] ?? 0;
  const same = a === b;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = same ? i + 1 : 0; j < m; j++) {
      let squared = 0;
      for (let d = 0; d < size; d++) {
        const away = (a.data[i * size + d] as number) - (b.data[j * size + d] as number);
        squared += away * away;
      }
      sum += kernel(squared);
    }
  }
  return same ? (2 * sum) / (n * (n - 1)) : sum / (n * m);
}

function requireSample(name: string, value: Tensor<"float32">): void {
  const { shape, data } = value;
  const whole = shape.length === 2 && (shape[0] ?? 0) >= 2 && (shape[1] ?? 0) >= 1;
  if (!whole || data.length !== (shape[0] ?? 0) * (shape[1] ?? 0)) {
    throw new UserError(
      `sampleDistances: ${name} must be points [n, coordinates], 2 at least, got [${shape.join(", ")}]`,
      2,
    );
  }
  const bad = data.findIndex((one) => !Number.isFinite(one));
  if (bad >= 0) {
    throw new UserError(
      `sampleDistances: ${name} holds ${data[bad]} in point ${Math.floor(bad / (shape[1] ?? 1))}`,
      2,
    );
  }
}

/**
 * How far two samples of points [n, d] and [m, d] are apart, such as a model's codes and draws of its prior:
 * `sampleDistances(await model.codes(x), await model.samplePrior(2000))`. The sliced Wasserstein-2 distance (Bonneel et al.,
 * 2015) and the squared maximum mean discrepancy (Gretton et al., 2012). Throws a UserError if they differ in coordinates, have
 * fewer than two points, or hold numbers that are not finite.
 */
export function sampleDistances(
  a: Tensor<"float32">,
  b: Tensor<"float32">,
  options: SampleDistanceOptions = {},
): SampleDistances {
  requireArgument("sampleDistances", "the first sample", a, be.tensor("float32"));
  requireArgument("sampleDistances", "the second sample", b, be.tensor("float32"));
  requireOptions("sampleDistances", options, checks);
  requireSample("the first sample", a);
  requireSample("the second sample", b);
  const { directions = 100, kernel = "rbf", bandwidth = 0.5, points = 2000, seed = 0 } = options;
  const size = a.shape[1] ?? 0;
  if (b.shape[1] !== size) {
    throw new UserError(`sampleDistances: one sample has ${size} coordinates, the other ${b.shape[1]}`, 2);
  }
  const along = directionsOf(directions, size, seed);
  const squares = along.map((one) => wassersteinSquared(projected(a, one), projected(b, one)));
  const [p, q] = [some(a, points, seed, "a"), some(b, points, seed, "b")];
  const k = kernelAt(kernel, size, bandwidth);
  return {
    slicedWasserstein: Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / squares.length),
    mmdSquared: meanKernel(p, p, k) + meanKernel(q, q, k) - 2 * meanKernel(p, q === p ? { ...q } : q, k),
  };
}
