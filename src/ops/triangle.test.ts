import { expect, test } from "vitest";
import { input } from "../graph/index.js";
import { type Shape, type Tensor, toNumbers } from "../tensor/index.js";
import { checkOp } from "../testing/check-op.js";
import { tensorOf, valuesOf } from "../testing/values.js";
import { diagonal, diagonalMatrix, eye } from "./index.js";

const matrices: Shape[][] = [
  [[3, 3]],
  [[2, 4]],
  [[4, 2]],
  [[1, 1]],
  [[0, 3]],
  [[2, 2, 2]],
  [["batch", 2, 2]],
];

/** The elements that `keep` keeps, by row and column, zeros elsewhere. */
const masked =
  (keep: (i: number, j: number) => boolean) =>
  (x: Tensor): number[] => {
    const [n, m] = x.shape.slice(-2) as [number, number];
    return toNumbers(x).map((value, at) => (keep(Math.floor(at / m) % n, at % m) ? value : 0));
  };

test.each([0, 1, -1, 5])("tril and triu from diagonal %i: values and gradients", async (k) => {
  await checkOp({ build: (x) => x.tril(k), cases: matrices, expected: masked((i, j) => j - i <= k) });
  await checkOp({ build: (x) => x.triu(k), cases: matrices, expected: masked((i, j) => j - i >= k) });
});

test("diagonal: values and gradients", async () => {
  const expected = ({ data, shape }: Tensor): number[] => {
    const [n, m] = shape.slice(-2) as [number, number];
    return Array.from(data, Number).filter((_, at) => at % m === Math.floor(at / m) % n);
  };
  await checkOp({ build: diagonal, cases: matrices, expected });
});

test("diagonalMatrix: values and gradients", async () => {
  const expected = ({ data, shape }: Tensor): number[] => {
    const n = shape.at(-1) as number;
    return Array.from(data, Number).flatMap((value, at) =>
      Array.from({ length: n }, (_, j) => (j === at % n ? value : 0)),
    );
  };
  await checkOp({ build: diagonalMatrix, cases: [[[3]], [[1]], [[0]], [[2, 3]], [["batch", 2]]], expected });
  const x = input("x", "float32", [2]);
  const inf = Number.POSITIVE_INFINITY;
  expect(await valuesOf(x.diagonalMatrix(), { x: [inf, 1] })).toEqual([inf, 0, 0, 1]);
});

test("eye", async () => {
  expect(await valuesOf(eye(2))).toEqual([1, 0, 0, 1]);
  expect((await tensorOf(eye(3, "float64"))).dtype).toBe("float64");
});

test("wrong use is refused", () => {
  const x = input("x", "float32", [3]);
  expect(() => x.tril()).toThrow("triangle: takes matrices, got [3]");
  expect(() => x.diagonal()).toThrow("diagonal: takes matrices, got [3]");
  expect(() => x.unsqueeze(0).triu(0.5)).toThrow("triu: k must be a whole number, got 0.5");
  expect(() => input("y", "float32", ["n", "n"]).diagonal()).toThrow(
    "diagonal: axis 0 of [n, n] has no fixed length",
  );
  expect(() => input("y", "float32", []).diagonalMatrix()).toThrow("diagonalMatrix: axis -1 is out of range");
});
