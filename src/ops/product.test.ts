import { expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { checkOp } from "../testing/check-op.js";
import { valuesOf } from "../testing/values.js";

test("values and gradients", async () => {
  const cases = [[[]], [[1]], [[2]], [[5]], [[2, 3]], [[3, 0]], [[0, 3]]];
  await checkOp({
    build: (x) => x.prod(),
    cases,
    expected: (x) => [Array.from(x.data, Number).reduce((p, v) => p * v, 1)],
  });
  const rows = (x: { data: ArrayLike<number | bigint>; shape: readonly number[] }): number[] => {
    const [n, m] = x.shape as [number, number];
    return Array.from({ length: n }, (_, i) =>
      Array.from({ length: m }, (_, j) => Number(x.data[i * m + j])).reduce((p, v) => p * v, 1),
    );
  };
  await checkOp({
    build: (x) => x.prod(1),
    cases: [[[2, 7]], [["batch", 4]], [["batch", 1]], [[3, 0]]],
    expected: rows,
  });
  await checkOp({ build: (x) => x.prod([0, 2], true), cases: [[[2, 3, 3]]] });
});

test("gradients are exact where elements are 0, also the gradient of the gradient", async () => {
  const x = input("x", "float64", [3]);
  const [dx] = grad(x.prod(), [x]) as [Expr];
  expect(await valuesOf(dx, { x: [0, 3, 4] })).toEqual([12, 0, 0]);
  expect(await valuesOf(dx, { x: [0, 0, 4] })).toEqual([0, 0, 0]);
  const [second] = grad(dx.slice(0, 0, 1).sum(), [x]) as [Expr];
  expect(await valuesOf(second, { x: [0, 0, 4] })).toEqual([0, 4, 0]);
});

test("an axis known only by name is refused", () => {
  expect(() => input("x", "float32", ["batch", 2]).prod(0)).toThrow(
    "prod: axis 0 of [batch, 2] has no fixed length",
  );
});
