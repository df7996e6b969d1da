import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import type { Shape, Tensor } from "../tensor/index.js";
import { checkOp } from "../testing/check-op.js";
import { tensorOf, valuesOf } from "../testing/values.js";
import { type Axes, max, mean, min, sum } from "./index.js";

type Fold = (values: readonly number[]) => number;

/** Reduces by going over all elements and grouping them by their remaining indices. */
function reduced(fold: Fold, axes: readonly number[], { data, shape }: Tensor): number[] {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const count = kept.reduce((product, axis) => product * (shape[axis] as number), 1);
  const groups = Array.from({ length: count }, (): number[] => []);
  for (let i = 0; i < data.length; i++) {
    const index: number[] = [];
    for (let axis = shape.length - 1, rest = i; axis >= 0; axis--) {
      index[axis] = rest % (shape[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    const group = kept.reduce((place, axis) => place * (shape[axis] as number) + (index[axis] as number), 0);
    groups[group]?.push(Number(data[i]));
  }
  return groups.map(fold);
}

/** Numbers 0.02 and more apart from each other in any array of up to 50. */
const distinct = (u: number, i: number): number => ((i * 7) % 50) * 0.05 - 1 + 0.02 * u;

const total: Fold = (values) => values.reduce((sum, x) => sum + x, 0);
const folds = {
  sum: [sum, total],
  mean: [mean, (values: readonly number[]) => total(values) / values.length],
  max: [max, (values: readonly number[]) => Math.max(...values)],
  min: [min, (values: readonly number[]) => Math.min(...values)],
} as const;

const arguments_: readonly (readonly [Shape, readonly number[], Axes])[] = [
  [[], [], undefined],
  [[4], [0], undefined],
  [[2, 3], [0, 1], undefined],
  [[2, 3], [0], 0],
  [[2, 3], [1], -1],
  [
    [2, 3, 2],
    [0, 2],
    [0, 2],
  ],
  [[2, 3, 2], [1], [-2]],
  [[2, 1, 3], [1], 1],
  [[1], [0], 0],
  [["batch", 3], [1], 1],
  [["batch", 2, "n"], [1], 1],
  [["batch", 2], [0], 0],
  [["batch", 2], [0, 1], undefined],
];

describe.each(Object.entries(folds))("%s", (name, [op, fold]) => {
  test.each(arguments_)("%j over axes %j", async (shape, axes, given) => {
    // Over no elements a mean is NaN and a largest or smallest element does not exist.
    const overNothing = name === "sum" || axes.every((axis) => typeof shape[axis] === "number");
    for (const keepDims of [false, true]) {
      await checkOp({
        build: (x) => op(x, given, keepDims),
        cases: [[shape]],
        domain: distinct,
        expected: (x) => reduced(fold, axes, x),
        lengths: overNothing ? [3, 1, 0] : [3, 1],
      });
    }
  });

  test("over nothing, and of nothing", async () => {
    await checkOp({
      build: (x) => op(x, 1),
      cases: [[[0, 3]], [[0, 0]], [["batch", 0, 0]]].slice(0, name === "sum" ? 3 : 1),
      expected: (x) => reduced(fold, [1], x),
      lengths: [2, 0],
    });
  });
});

test("a sum over nothing is 0, a mean NaN, a largest element is refused", async () => {
  const x = input("x", "float64", [0, 2]);
  const nothing = { x: { dtype: "float64", shape: [0, 2], data: new Float64Array() } } as const;
  expect(await valuesOf(x.sum(), nothing)).toEqual([0]);
  expect(await valuesOf(x.mean(0), nothing)).toEqual([Number.NaN, Number.NaN]);
  expect(await valuesOf(x.sum(0), nothing)).toEqual([0, 0]);
  expect(() => x.max()).toThrow("max: axis 0 of [0, 2] has no elements");
  expect(() => x.min(0)).toThrow("min: axis 0 of [0, 2] has no elements");
});

test.each(["float32", "float64"] as const)(
  "equal maxima and minima share the gradient, in %s",
  async (dtype) => {
    const x = input("x", dtype, [2, 4]);
    const feeds = {
      x: [
        [1, 3, 3, 0],
        [2, 2, 2, 2],
      ],
    };
    expect(await valuesOf(grad(x.max(1).sum(), [x])[0] as Expr, feeds)).toEqual([
      0, 0.5, 0.5, 0, 0.25, 0.25, 0.25, 0.25,
    ]);
    expect(await valuesOf(grad(x.min(1).sum(), [x])[0] as Expr, feeds)).toEqual([
      0, 0, 0, 1, 0.25, 0.25, 0.25, 0.25,
    ]);
    expect(await valuesOf(grad(x.max(), [x])[0] as Expr, feeds)).toEqual([0, 0.5, 0.5, 0, 0, 0, 0, 0]);
  },
);

test("integers and bools", async () => {
  const x = input("x", "int32", [2, 2]);
  const feeds = {
    x: [
      [1, -2],
      [3, 4],
    ],
  };
  expect(await valuesOf(x.sum(0), feeds)).toEqual([4, 2]);
  expect(await valuesOf(x.max(), feeds)).toEqual([4]);
  expect(await valuesOf(input("y", "uint8", [3]).min(), { y: [7, 5, 200] })).toEqual([5]);
  expect(await valuesOf(x.greater(2).max(1), feeds)).toEqual([0, 1]);
  expect(() => x.mean()).toThrow("mean: takes float32 or float64, got int32; cast it first");
  expect(() => x.greater(0).sum()).toThrow(/sum: takes .*, got bool\[2, 2\]/);
});

describe("count", () => {
  test("of fixed dimensions is a constant, of named ones is known when run", async () => {
    const x = input("x", "float32", ["batch", 3]);
    expect(x.count(1).op.name).toBe("constant");
    expect(
      await valuesOf(x.count(), {
        x: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      }),
    ).toEqual([6]);
    expect(
      await valuesOf(x.count(0), {
        x: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      }),
    ).toEqual([2]);
  });

  test.each(["float32", "float64", "int32", "int64"] as const)(
    "has the dtype %s of what it counts",
    async (dtype) => {
      const count = input("x", dtype, ["batch"]).count();
      expect(count.dtype).toBe(dtype);
      expect((await tensorOf(count, { x: [7, 8] })).dtype).toBe(dtype);
    },
  );
});

test("an axis out of range is refused with the op and the shape", () => {
  const x = input("x", "float32", [2, 3]);
  expect(() => x.sum(2)).toThrow("sum: axis 2 is out of range for rank 2, shape [2, 3]");
  expect(() => x.max(-3)).toThrow("max: axis -3 is out of range for rank 2, shape [2, 3]");
  expect(() => x.logSumExp(1.5)).toThrow("logSumExp: axis 1.5 is out of range");
});
