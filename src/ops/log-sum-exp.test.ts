import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { checkOp } from "../testing/check-op.js";
import { mapped, relativeError, tensorOf, valuesOf } from "../testing/values.js";

const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: minusInf, NaN: nan } = Number;

/** Rows of the last axis. */
function rowsOf({ data, shape }: { data: ArrayLike<number | bigint>; shape: readonly number[] }): number[][] {
  const width = shape.at(-1) ?? 1;
  const count = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: width }, (_, j) => Number(data[i * width + j])),
  );
}

const logSumExpOf = (row: readonly number[]): number =>
  Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));

test("logSumExp: values and gradients", async () => {
  const cases = [[[]], [[4]], [[2, 3]], [[0, 3]], [["batch", 2]], [["batch", "n"]], [[2, 1]]];
  const expected = (x: Parameters<typeof rowsOf>[0]): number[] => rowsOf(x).map(logSumExpOf);
  await checkOp({
    build: (x) => (x.rank === 0 ? x.logSumExp() : x.logSumExp(-1)),
    cases,
    expected,
    lengths: [3, 1],
  });
  await checkOp({
    build: (x) => x.logSumExp([0, 2], true),
    cases: [[[2, 3, 2]], [["batch", 2, 2]]],
    lengths: [3, 1],
  });
  await checkOp({ build: (x) => x.logSumExp(0), cases: [[["batch", 2]]], lengths: [3, 1] });
});

test.each(["softmax", "logSoftmax"] as const)("%s: values and gradients", async (name) => {
  const cases = [[[4]], [[1]], [[2, 3]], [[0, 3]], [["batch", 2]]];
  const expected = (x: Parameters<typeof rowsOf>[0]): number[] =>
    rowsOf(x).flatMap((row) =>
      row.map((v) => v - logSumExpOf(row)).map(name === "softmax" ? Math.exp : Number),
    );
  await checkOp({ build: (x) => x[name](), cases, expected });
  await checkOp({ build: (x) => x[name](0), cases: [[[3, 2]]] });
});

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  test("minus infinities: values and gradients hold no NaN", async () => {
    const x = input("x", dtype, [4, 2]);
    const feeds = {
      x: [
        [minusInf, 0],
        [minusInf, minusInf],
        [inf, 0],
        [minusInf, -1000],
      ],
    };
    const y = x.logSumExp(1);
    expect(await valuesOf(y, feeds)).toEqual([0, minusInf, inf, -1000]);
    const slopes = await valuesOf(grad(y.sum(), [x])[0] as Expr, feeds);
    expect([...slopes.slice(0, 4), ...slopes.slice(6)]).toEqual([0, 1, 0, 0, 0, 1]);
  });

  test("neither overflows nor underflows", async () => {
    const goal = [1000 + Math.log(2), -1000 + Math.log(2)];
    const x = input("x", dtype, [2, 2]);
    const values = await valuesOf(x.logSumExp(1), {
      x: [
        [1000, 1000],
        [-1000, -1000],
      ],
    });
    expect(relativeError(values, goal)).toBeLessThan(dtype === "float32" ? 1e-7 : 1e-15);
    expect(await mapped((v) => v.softmax(), [1000, -1000, 1000], dtype)).toEqual([0.5, 0, 0.5]);
    expect(await mapped((v) => v.logSoftmax(), [1000, -1000], dtype)).toEqual([0, -2000]);
  });

  test("NaN is kept", async () => {
    expect(await mapped((v) => v.logSumExp(), [1, nan, 2], dtype)).toEqual([nan]);
  });

  test("over nothing it is minus infinity, with a gradient of nothing", async () => {
    const x = input("x", dtype, [2, 0]);
    const nothing = { x: { dtype: "float64", shape: [2, 0], data: new Float64Array() } } as const;
    expect(await valuesOf(x.logSumExp(1), nothing)).toEqual([minusInf, minusInf]);
    expect((await tensorOf(grad(x.logSumExp(1).sum(), [x])[0] as Expr, nothing)).shape).toEqual([2, 0]);
  });
});
