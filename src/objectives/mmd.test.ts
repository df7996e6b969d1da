import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr } from "../graph/index.js";
import { golden, numbersOf, worstError } from "../testing/evaluate.js";
import { filledConstant } from "../testing/objective-context.js";
import { meanAndError } from "../testing/support.js";
import { RandomStream } from "../tensor/index.js";
import { kernelOf, mmdSquared } from "./index.js";

interface Golden {
  readonly mmd: {
    readonly a: number[][];
    readonly b: number[][];
    readonly rbf: { readonly unbiased: number; readonly biased: number };
    readonly imq: { readonly unbiased: number; readonly biased: number };
  };
}

const { mmd: reference } = golden("bounds.json") as Golden;

// the golden's kernels: rbf with s = 1.3, imq with C = 2 * 3 * 1.0
const cases = [
  ["rbf", 1.3],
  ["imq", 1],
] as const;

describe.each([
  ["float64", 1e-9],
  ["float32", 1e-4],
] as const)("golden discrepancies in %s", (dtype, tolerance) => {
  test.each(cases)("%s", async (name, bandwidth) => {
    const [a, b] = [constant(reference.a, dtype), constant(reference.b, dtype)];
    const kernel = kernelOf(name, 3, bandwidth);
    const got = await numbersOf({
      unbiased: mmdSquared(a, b, kernel, true),
      biased: mmdSquared(a, b, kernel, false),
    });
    const { unbiased, biased } = reference[name];
    expect(worstError(got.unbiased, [unbiased], 0).error).toBeLessThan(tolerance);
    expect(worstError(got.biased, [biased], 0).error).toBeLessThan(tolerance);
  });
});

/** The definition, pair by pair. */
function byPairs(a: number[][], b: number[][], name: "rbf" | "imq", s: number, unbiased: boolean): number {
  const k = (x: number[], y: number[]): number => {
    const d = x.reduce((sum, value, i) => sum + (value - (y[i] ?? 0)) ** 2, 0);
    const c = 2 * x.length * s * s;
    return name === "rbf" ? Math.exp(-d / (2 * s * s)) : c / (c + d);
  };
  const average = (x: number[][], y: number[][], skip: boolean): number => {
    let [sum, count] = [0, 0];
    x.forEach((p, i) =>
      y.forEach((q, j) => {
        if (skip && i === j) return;
        sum += k(p, q);
        count++;
      }),
    );
    return sum / count;
  };
  return average(a, a, unbiased) + average(b, b, unbiased) - 2 * average(a, b, false);
}

test.each(cases)(
  "%s: samples of different sizes and the gradient are those of the definition",
  async (name, s) => {
    const numbers = [...new RandomStream(3, "points").normal(new Float64Array(2 * 12), 0)];
    const points = Array.from({ length: 12 }, (_, i) => numbers.slice(2 * i, 2 * i + 2));
    const [a, b] = [points.slice(0, 5), points.slice(5)];
    const node = constant(a, "float64");
    for (const unbiased of [true, false]) {
      const value = mmdSquared(node, constant(b, "float64"), kernelOf(name, 2, s), unbiased);
      const slope = grad(value, [node])[0] as Expr;
      const got = await numbersOf({ value, slope });
      expect(got.value[0]).toBeCloseTo(byPairs(a, b, name, s, unbiased), 12);
      const h = 1e-5;
      const numerical = a.flatMap((row, i) =>
        row.map((_, j) => {
          const moved = (by: number): number =>
            byPairs(
              a.map((r, k) => r.map((v, l) => (k === i && l === j ? v + by : v))),
              b,
              name,
              s,
              unbiased,
            );
          return (moved(h) - moved(-h)) / (2 * h);
        }),
      );
      // central differences with h = 1e-5: h^2 plus rounding 1e-16 / h, both about 1e-10
      expect(worstError(got.slope, numerical).error).toBeLessThan(1e-8);
    }
  },
);

test("unbiased: over samples of one distribution the average is 0; biased: it is above", async () => {
  const [repeats, n] = [400, 8];
  const unbiased: number[] = [];
  const biased: number[] = [];
  const kernel = kernelOf("imq", 2, 1, true);
  for (let i = 0; i < repeats; i += 20) {
    const values = Array.from({ length: 20 }, (_, r) => {
      const draws = [...new RandomStream(9, "mmd", i + r).normal(new Float64Array(4 * n), 0)];
      const a = filledConstant(draws.slice(0, 2 * n), [n, 2], "float64");
      const b = filledConstant(draws.slice(2 * n), [n, 2], "float64");
      return [mmdSquared(a, b, kernel, true), mmdSquared(a, b, kernel, false)] as const;
    });
    const named = Object.fromEntries(
      values.flatMap(([u, v], r) => [
        [`u${r}`, u],
        [`v${r}`, v],
      ]),
    );
    for (const [name, [value = Number.NaN]] of Object.entries(await numbersOf(named))) {
      (name.startsWith("u") ? unbiased : biased).push(value);
    }
  }
  const [free, shifted] = [meanAndError(unbiased), meanAndError(biased)];
  expect(Math.abs(free.mean)).toBeLessThan(4 * free.error);
  expect(shifted.mean).toBeGreaterThan(10 * shifted.error);
  expect(Math.min(...unbiased)).toBeLessThan(0);
  expect(Math.min(...biased)).toBeGreaterThanOrEqual(0);
});

test("a sample of one point gives a finite number", async () => {
  const a = constant([[0.3, 1]], "float64");
  const b = constant([[0.1, -1]], "float64");
  const value = mmdSquared(a, b, kernelOf("imq", 2, 1), true);
  const slope = grad(value, [a])[0] as Expr;
  const got = await numbersOf({ value, slope });
  expect([...got.value, ...got.slope].every(Number.isFinite)).toBe(true);
});
