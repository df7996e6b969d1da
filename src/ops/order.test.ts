import { describe, expect, test } from "vitest";
import { input } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { checkOp } from "../testing/check-op.js";
import { mapped, valuesOf } from "../testing/values.js";

/** Numbers 0.02 and more apart from each other in any array of up to 50, out of order. */
const distinct = (u: number, i: number): number => ((i * 7 + 3) % 50) * 0.05 - 1 + 0.02 * u;

const rows = ({ data, shape }: Tensor): number[][] =>
  Array.from({ length: shape[0] as number }, (_, i) =>
    Array.from({ length: shape[1] as number }, (_, j) => Number(data[i * (shape[1] as number) + j])),
  );

const matrices = [[[2, 5]], [[3, 1]], [[0, 3]], [["batch", 4]]];

describe.each([false, true])("descending: %j", (descending) => {
  const sorted = (row: readonly number[]): number[] => [...row].sort((a, b) => (descending ? b - a : a - b));

  test("sort: values and gradients", async () => {
    const expected = (x: Tensor): number[] => rows(x).flatMap(sorted);
    await checkOp({ build: (x) => x.sort(-1, descending), cases: matrices, domain: distinct, expected });
    await checkOp({
      build: (x) => x.sort(0, descending),
      cases: [[[5]], [[4, 2]], [[1, 3]]],
      domain: distinct,
    });
  });

  test("argsort names the places", async () => {
    const expected = (x: Tensor): number[] =>
      rows(x).flatMap((row) => sorted(row).map((v) => row.indexOf(v)));
    await checkOp({ build: (x) => x.argsort(1, descending), cases: matrices, domain: distinct, expected });
  });

  test("equal elements keep their order", async () => {
    const xs = Array.from({ length: 40 }, (_, i) => i % 3);
    const places = await mapped((x) => x.argsort(0, descending), xs, "float32");
    const goal = xs
      .map((_, i) => i)
      .sort((a, b) =>
        sorted([xs[a] as number, xs[b] as number])[0] === xs[a] ? (xs[a] === xs[b] ? a - b : -1) : 1,
      );
    expect(places).toEqual(goal);
  });
});

test("sort of nothing is nothing", async () => {
  expect(await mapped((x) => x.sort(), [], "float64")).toEqual([]);
});

test("argmax: the first of the largest", async () => {
  const expected = (x: Tensor): number[] => rows(x).map((row) => row.indexOf(Math.max(...row)));
  await checkOp({
    build: (x) => x.argmax(),
    cases: [...matrices, [["batch", 2]]],
    domain: distinct,
    expected,
  });
  expect(await mapped((x) => x.argmax(0), [1, 3, 3, 0], "float32")).toEqual([1]);
  expect(input("x", "float32", ["batch", 3, 2]).argmax(1).shape).toEqual(["batch", 2]);
});

describe("cumsum", () => {
  test.each([
    [{}, (row: number[]) => row.map((_, i) => row.slice(0, i + 1))],
    [{ exclusive: true }, (row: number[]) => row.map((_, i) => row.slice(0, i))],
    [{ reverse: true }, (row: number[]) => row.map((_, i) => row.slice(i))],
    [{ reverse: true, exclusive: true }, (row: number[]) => row.map((_, i) => row.slice(i + 1))],
  ] as const)("%j: values and gradients", async (options, parts) => {
    const total = (values: number[]): number => values.reduce((sum, x) => sum + x, 0);
    const expected = (x: Tensor): number[] => rows(x).flatMap((row) => parts(row).map(total));
    await checkOp({
      build: (x) => x.cumsum(1, options),
      cases: [[[2, 4]], [[3, 1]], [[2, 0]], [["batch", 3]]],
      expected,
    });
    await checkOp({ build: (x) => x.cumsum(0, options).square(), cases: [[[4]], [["batch", 2]]] });
  });

  test("of integers", async () => {
    expect(await valuesOf(input("x", "int32", [3]).cumsum(), { x: [1, 2, 3] })).toEqual([1, 3, 6]);
    expect(await valuesOf(input("x", "int64", [3]).cumsum(), { x: [1, 2, 3] })).toEqual([1, 3, 6]);
  });
});

test("wrong use is refused", () => {
  const x = input("x", "float32", ["batch", 0]);
  expect(() => x.argsort(0)).toThrow("argsort: axis 0 of [batch, 0] has no fixed length");
  expect(() => x.argmax(1)).toThrow("argmax: axis 1 of [batch, 0] has no elements");
  expect(() => x.sort(2)).toThrow("argsort: axis 2 is out of range for rank 2, shape [batch, 0]");
  expect(() => x.less(0).cumsum()).toThrow(/cumsum: takes .*, got bool\[batch, 0\]/);
});
