import { describe, expect, test } from "vitest";
import { type Expr, input } from "../graph/index.js";
import { type Tensor, toNumbers } from "../tensor/index.js";
import { checkOp } from "../testing/check-op.js";
import { valuesOf } from "../testing/values.js";
import { concat, stack } from "./index.js";

/** Matrices as rows. */
const rows = ({ data, shape }: Tensor): number[][] =>
  Array.from({ length: shape[0] as number }, (_, i) =>
    Array.from({ length: shape[1] as number }, (_, j) => Number(data[i * (shape[1] as number) + j])),
  );

describe("slice", () => {
  test.each([
    [0, 3, 1],
    [1, 6, 1],
    [0, 7, 2],
    [1, 7, 3],
    [2, 7, 4],
    [0, 1, 5],
    [-3, undefined, 1],
    [-5, -1, 2],
    [3, 3, 1],
    [5, 2, 1],
    [6, 100, 9],
    [-100, 2, 1],
    [0, 7, 1],
  ])("from %j to %j by %j: values and gradients", async (start, end, step) => {
    const taken = (row: number[]): number[] => row.slice(start, end).filter((_, i) => i % step === 0);
    const cases = [[[2, 7]], [["batch", 7]], [[0, 7]]];
    const expected = (x: Tensor): number[] => rows(x).flatMap(taken);
    await checkOp({ build: (x) => x.slice(1, start, end, step), cases, expected });
  });

  test("along the first and a middle axis, of two named axes, and of length 0", async () => {
    const expected = (x: Tensor): number[] => rows(x).slice(1, 3).flat();
    await checkOp({ build: (x) => x.slice(0, 1, 3), cases: [[[4, 2]], [[4, "n"]], [[4, 0]]], expected });
    await checkOp({ build: (x) => x.slice(1, 0, 4, 3), cases: [[["batch", 5, "n"]], [[2, 5, 3]]] });
    await checkOp({ build: (x) => x.slice(0, 0), cases: [[[0, 3]]], expected: () => [] });
  });

  test("all of it is nothing at all", () => {
    const x = input("x", "float32", [5]);
    expect(x.slice(0, 0)).toBe(x);
    expect(x.slice(0, 0, 5)).toBe(x);
  });

  test("wrong use is refused", () => {
    const x = input("x", "float32", ["batch", 5]);
    expect(() => x.slice(0, 0, 2)).toThrow("slice: axis 0 of [batch, 5] has no fixed length");
    expect(() => x.slice(1, 0, 2, 0)).toThrow("slice: step must be 1 or more, got 0");
    expect(() => x.slice(1, 0.5)).toThrow("slice: bounds must be integers, got 0.5");
    expect(() => x.slice(2, 0)).toThrow("slice: axis 2 is out of range for rank 2, shape [batch, 5]");
  });
});

describe("pad", () => {
  test("values and gradients", async () => {
    const expected = (x: Tensor): number[] => rows(x).flatMap((row) => [0, ...row, 0, 0]);
    await checkOp({
      build: (x) => x.pad(1, 1, 2),
      cases: [[[2, 3]], [["batch", 2]], [[2, 0]], [[0, 2]]],
      expected,
    });
    const sevens = (x: Tensor): number[] => [
      ...rows(x).flat(),
      ...new Array<number>(x.shape[1] as number).fill(7),
    ];
    await checkOp({
      build: (x) => x.pad(0, 0, 1, 7),
      cases: [[[2, 3]], [[0, 3]], [[1, "n"]]],
      expected: sevens,
    });
  });

  test.each(["int32", "int64", "uint8", "bool"] as const)("%s", async (dtype) => {
    expect(await valuesOf(input("x", dtype, [2]).pad(0, 1, 1, 1), { x: [0, 1] })).toEqual([1, 0, 1, 1]);
  });

  test("nothing added is nothing at all; negative lengths are refused", () => {
    const x = input("x", "float32", [5]);
    expect(x.pad(0, 0, 0)).toBe(x);
    expect(() => x.pad(0, -1, 0)).toThrow("pad: lengths must be integers, 0 or more, got -1 and 0");
  });
});

test("reverse: values and gradients", async () => {
  const expected = (x: Tensor): number[] => rows(x).flatMap((row) => row.reverse());
  await checkOp({
    build: (x) => x.reverse(-1),
    cases: [[[2, 4]], [[2, 1]], [[2, 0]], [[0, 3]], [["batch", "n"]]],
    expected,
  });
  await checkOp({
    build: (x) => x.reverse(0),
    cases: [[["batch", 2]]],
    expected: (x) => rows(x).reverse().flat(),
  });
});

describe("concat, stack and split", () => {
  test("concat: values and gradients", async () => {
    const cases = [
      [
        [2, 3],
        [2, 1],
        [2, 0],
      ],
      [
        ["batch", 1],
        ["batch", 2],
        ["batch", 3],
      ],
      [
        [0, 2],
        [0, 1],
        [0, 1],
      ],
    ];
    const expected = (...xs: Tensor[]): number[] =>
      rows(xs[0] as Tensor).flatMap((_, i) => xs.flatMap((x) => rows(x)[i] as number[]));
    await checkOp({ build: (...xs) => concat(xs), cases, expected });
    const below = (...xs: Tensor[]): number[] => xs.flatMap((x) => rows(x).flat());
    await checkOp({
      build: (...xs) => concat(xs, 0),
      cases: [
        [
          [2, 2],
          [1, 2],
        ],
        [
          [1, "n"],
          [2, "n"],
        ],
      ],
      expected: below,
    });
  });

  test("stack: values and gradients", async () => {
    const pair = [[3], [3]];
    const columns = (a: Tensor, b: Tensor): number[] =>
      toNumbers(a).flatMap((v, i) => [v, Number(b.data[i])]);
    await checkOp({ build: (...xs) => stack(xs), cases: [pair, [["batch"], ["batch"]], [[], []]] });
    await checkOp({
      build: (...xs) => stack(xs, -1),
      cases: [pair, [["batch"], ["batch"]]],
      expected: columns,
    });
    expect(stack([input("a", "float32", [2, 3]), input("b", "float32", [2, 3])], 1).shape).toEqual([2, 2, 3]);
  });

  test("split: values and gradients", async () => {
    const cases = [[[2, 6]], [["batch", 6]]];
    const build = (x: Expr): Expr => {
      const [a, b, c] = x.split(-1, [1, 2, 3]) as [Expr, Expr, Expr];
      return c.slice(1, 0, 2).mul(b).add(a);
    };
    const expected = (x: Tensor): number[] =>
      rows(x).flatMap((row) => {
        const [a, b, c, d, e] = row as [number, number, number, number, number];
        return [d * b + a, e * c + a];
      });
    await checkOp({ build, cases, expected });
  });

  test("one part is nothing at all", () => {
    const x = input("x", "float32", [5]);
    expect(concat([x])).toBe(x);
    expect(x.split(0, [5])).toEqual([x]);
  });

  test("wrong use is refused", () => {
    const x = input("x", "float32", ["batch", 5]);
    const y = input("y", "float32", ["batch", 4]);
    expect(() => concat([x, y], 0)).toThrow(
      "concat: float32[batch, 5] and float32[batch, 4] don't join at axis 0",
    );
    expect(() => concat([x, y.cast("float64")])).toThrow("don't join at axis 1");
    expect(() => concat([x, x], 0)).toThrow("concat: axis 0 of [batch, 5] has no fixed length");
    expect(() => concat([])).toThrow("concat: takes at least one expression");
    expect(() => x.split(1, [2, 2])).toThrow("split: 2 + 2 is not the length 5 of axis 1 of [batch, 5]");
    expect(() => x.split(0, [1])).toThrow("split: axis 0 of [batch, 5] has no fixed length");
  });
});
