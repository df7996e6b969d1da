import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { input } from "../graph/index.js";
import { type Tensor, toNumbers } from "../tensor/index.js";
import { checkOp } from "../testing/check-op.js";
import { evaluateOn } from "../runtime/index.js";
import { testBackend } from "../testing/check-op.js";
import type { PoolWindow } from "./index.js";

/** Different numbers, at least 0.01 apart, so that no maximum is near another. */
const apart = (u: number, place: number): number => ((place * 37) % 101) / 20 - 2.5 + u * 0.03;

/** Pooling of [n, h, w, c] by its definition; what a window holds outside is `fill`. */
function pooled(
  { data, shape }: Tensor,
  [down, across]: readonly [PoolWindow, PoolWindow],
  fill: number,
  of: (values: readonly number[]) => number,
): number[] {
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  const at = (b: number, i: number, j: number, k: number): number =>
    i < 0 || j < 0 || i >= h || j >= w ? fill : Number(data[((b * h + i) * w + j) * c + k]);
  const starts = (length: number, { size, stride = size, padding = 0 }: PoolWindow): number[] => {
    const all: number[] = [];
    for (let i = -padding; i + size <= length + padding; i += stride) all.push(i);
    return all;
  };
  const window = (b: number, i: number, j: number, k: number): number[] =>
    Array.from({ length: down.size * across.size }, (_, p) =>
      at(b, i + Math.floor(p / across.size), j + (p % across.size), k),
    );
  return Array.from({ length: n }, (_, b) =>
    starts(h, down).map((i) =>
      starts(w, across).map((j) => Array.from({ length: c }, (_, k) => of(window(b, i, j, k)))),
    ),
  ).flat(3);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.each([
  [
    { axis: 1, size: 2 },
    { axis: 2, size: 2 },
  ],
  [
    { axis: 1, size: 3, stride: 2, padding: 1 },
    { axis: 2, size: 3, stride: 2, padding: 1 },
  ],
  [
    { axis: 1, size: 2, stride: 3 },
    { axis: 2, size: 4, stride: 1, padding: 2 },
  ],
  [
    { axis: 1, size: 1 },
    { axis: 2, size: 5 },
  ],
] as const)("windows %j, %j", (down, across) => {
  const cases = [[[2, 4, 5, 3]], [["batch", 5, 6, 1]], [[1, 3, 7, 2]], [[0, 4, 5, 2]]];
  const windows = [down, across] as const;
  test("averages: values and gradients", () =>
    checkOp({ build: (x) => x.averagePool(windows), cases, expected: (x) => pooled(x, windows, 0, mean) }));
  test("maxima: values and gradients", () =>
    checkOp({
      build: (x) => x.maxPool(windows),
      cases,
      domain: apart,
      expected: (x) => pooled(x, windows, -Infinity, (values) => Math.max(...values)),
    }));
});

test("along one axis, and along three", async () => {
  await checkOp({
    build: (x) => x.maxPool([{ axis: -2, size: 2 }]),
    cases: [[["batch", 5, 2]]],
    domain: apart,
  });
  const all = [1, 2, 3].map((axis) => ({ axis, size: 2 }));
  await checkOp({ build: (x) => x.averagePool(all), cases: [[[2, 2, 4, 3, 1]]] });
});

test("of equal maxima the first in row-major order gets the gradient; NaN stays NaN", async () => {
  const x = input("x", "float32", [1, 2, 4, 1]);
  const y = x.maxPool([
    { axis: 1, size: 2 },
    { axis: 2, size: 2 },
  ]);
  const [dx] = grad(y.sum(), [x]);
  const feeds = {
    x: [
      [
        [[0], [5], [1], [NaN]],
        [[5], [5], [1], [1]],
      ],
    ],
  };
  const results = await evaluateOn(await testBackend(), { y, dx: dx ?? x }, feeds);
  expect(toNumbers(results.y)).toEqual([5, NaN]);
  expect(toNumbers(results.dx).filter((_, i) => [0, 1, 4, 5].includes(i))).toEqual([0, 1, 0, 0]);
});

test("windows that are none are refused", () => {
  const x = input("x", "float32", ["batch", 4, 4, 1]);
  expect(() => x.maxPool([{ axis: 1, size: 5 }])).toThrow(
    "maxPool: axis 1 of [batch, 4, 4, 1]: a window of 5 is longer than the 4 there are",
  );
  expect(() => x.averagePool([{ axis: 0, size: 2 }])).toThrow(
    "averagePool: axis 0 of [batch, 4, 4, 1] has no",
  );
  expect(() => x.averagePool([{ axis: 1, size: 3, padding: 2 }])).toThrow("padding 2 is more than half");
  expect(() => x.averagePool([{ axis: 1, size: 0 }])).toThrow("are no window");
});
