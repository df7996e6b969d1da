import { describe, expect, it } from "vitest";
import { RandomStream } from "./random.js";

type Floats = Float32Array | Float64Array;

const types = [
  ["float32", (n: number) => new Float32Array(n)],
  ["float64", (n: number) => new Float64Array(n)],
] as const;

/** The normal distribution function by Marsaglia's series, error below 1e-15 for |x| < 7. */
function normalCdf(x: number): number {
  let sum = x;
  let term = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** sqrt(n) times the largest distance of the empirical from the given distribution function. */
function kolmogorovSmirnov(values: Floats, cdf: (x: number) => number): number {
  const n = values.length;
  let distance = 0;
  values.toSorted().forEach((x, i) => {
    const p = cdf(x);
    distance = Math.max(distance, p - i / n, (i + 1) / n - p);
  });
  return distance * Math.sqrt(n);
}

/** What Kolmogorov-Smirnov's statistic exceeds with probability 0.001. */
const KS_LIMIT = 1.95;

function chiSquare(counts: readonly number[], total: number): number {
  const expected = total / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function mean(values: ArrayLike<number>, f: (x: number) => number = (x) => x): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += f(values[i] ?? 0);
  return sum / values.length;
}

function correlation(a: Floats, b: Floats): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum / a.length;
}

describe.each(types)("distribution in %s", (_, allocate) => {
  const n = 1_000_000;
  const uniform = new RandomStream(11, "uniform").uniform(allocate(n), 0);
  const normal = new RandomStream(11, "normal").normal(allocate(n), 0);

  it("uniform: Kolmogorov-Smirnov, moments, range", () => {
    expect(kolmogorovSmirnov(uniform, (u) => u)).toBeLessThan(KS_LIMIT);
    // Four standard errors each.
    expect(Math.abs(mean(uniform) - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(uniform, (u) => (u - 0.5) ** 2) - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
    expect(uniform.every((u) => u > 0 && Math.fround(u) < 1)).toBe(true);
  });

  it("normal: Kolmogorov-Smirnov, moments, tails", () => {
    expect(kolmogorovSmirnov(normal, normalCdf)).toBeLessThan(KS_LIMIT);
    // Four standard errors each: Var(z^k) is 1, 2, 15 and 96 for k = 1, 2, 3 and 4.
    expect(Math.abs(mean(normal))).toBeLessThan(4 * Math.sqrt(1 / n));
    expect(Math.abs(mean(normal, (z) => z ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(mean(normal, (z) => z ** 3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(mean(normal, (z) => z ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    expect(normal.every(Number.isFinite)).toBe(true);
    for (const limit of [2, 3, 4]) {
      const expected = 2 * n * normalCdf(-limit);
      const beyond = n * mean(normal, (z) => (Math.abs(z) > limit ? 1 : 0));
      expect(Math.abs(beyond - expected)).toBeLessThan(4 * Math.sqrt(expected));
    }
  });

  it("normal: no correlation between neighbours", () => {
    for (const lag of [1, 2, 3, 4, 5, 2048]) {
      const r = correlation(normal.subarray(lag), normal.subarray(0, n - lag));
      expect(Math.abs(r) * Math.sqrt(n)).toBeLessThan(4);
    }
  });
});

describe("integers and permutations", () => {
  it("integers are uniform, and unbiased where a remainder would not be", () => {
    const n = 100_000;
    const counts = new Array<number>(10).fill(0);
    for (const k of new RandomStream(6, "digits").integers(new Int32Array(n), 10, 0)) {
      counts[k] = (counts[k] ?? 0) + 1;
    }
    // Chi-square with 9 degrees of freedom exceeds 27.9 with probability 0.001.
    expect(chiSquare(counts, n)).toBeLessThan(27.9);
    // With the plain remainder, 3/4 of the values would be below 2^30 instead of 2/3.
    const wide = new RandomStream(6, "wide").integers(new Int32Array(n), 3 * 2 ** 29, 0);
    const share = mean(wide, (k) => (k < 2 ** 30 ? 1 : 0));
    expect(Math.abs(share - 2 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / n));
    expect(new RandomStream(6).integers(new Int32Array(5), 1, 3)).toEqual(new Int32Array(5));
    expect(Math.min(...new RandomStream(6).integers(new Int32Array(99), 2 ** 31, 0))).toBeGreaterThanOrEqual(
      0,
    );
  });

  it("all orders are equally likely", () => {
    const runs = 24_000;
    const orders = new Map<string, number>();
    for (let i = 0; i < runs; i++) {
      const order = new RandomStream(8, "order", i).permutation(4).join();
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    // Chi-square with 23 degrees of freedom exceeds 49.7 with probability 0.001.
    expect(chiSquare([...orders.values()], runs)).toBeLessThan(49.7);
  });
});

describe("streams", () => {
  it("of different seeds or paths are independent", () => {
    const n = 10_000;
    const streams = [0, 1, 2, -1, 2 ** 32].flatMap((seed) =>
      ["", "noise/0", "noise/1", "shuffle", "a", "b"].map((path) =>
        new RandomStream(seed, path).normal(new Float64Array(n), 0),
      ),
    );
    // Of 435 pairs, one exceeds 5 standard errors with probability 0.0003.
    for (const [i, a] of streams.entries()) {
      for (const b of streams.slice(i + 1)) {
        expect(Math.abs(correlation(a, b)) * Math.sqrt(n)).toBeLessThan(5);
      }
    }
  });

  it("their first elements, over steps, are themselves uniform", () => {
    const first = Float64Array.from({ length: 20_000 }, (_, step) =>
      Number(new RandomStream(9, "noise", step).uniform(new Float64Array(1), 0)[0]),
    );
    expect(kolmogorovSmirnov(first, (u) => u)).toBeLessThan(KS_LIMIT);
    const seeds = Float64Array.from({ length: 20_000 }, (_, seed) =>
      Number(new RandomStream(seed, "noise").uniform(new Float64Array(1), 0)[0]),
    );
    expect(kolmogorovSmirnov(seeds, (u) => u)).toBeLessThan(KS_LIMIT);
  });
});
