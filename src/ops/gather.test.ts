import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { type DType, fromNumbers, tensor, type Tensor } from "../tensor/index.js";
import { checkOp } from "../testing/check-op.js";
import { tensorOf, valuesOf } from "../testing/values.js";
import { iota } from "./index.js";

const integers = (dtype: DType, shape: readonly number[], values: readonly number[]): Expr =>
  constant(tensor(dtype, shape, fromNumbers(dtype, values)));

describe("gather", () => {
  test("rows, with repeats and in any order: values and gradients", async () => {
    const picked = integers("int64", [4], [2, 0, 2, 1]);
    const expected = ({ data, shape }: Tensor): number[] => {
      const width = data.length / (shape[0] as number);
      return [2, 0, 2, 1].flatMap((row) => Array.from(data.slice(row * width, (row + 1) * width), Number));
    };
    const cases = [[[3]], [[3, 2]], [[3, 1, 2]], [[3, 0]], [[3, "n"]]];
    await checkOp({ build: (x) => x.gather(picked), cases, expected });
  });

  test("along other axes, with indices of rank 0 and 2, and none at all", async () => {
    await checkOp({
      build: (x) => x.gather(integers("int32", [], [1]), 1),
      cases: [[[2, 3]], [["batch", 2, 2]]],
    });
    await checkOp({
      build: (x) => x.gather(integers("int32", [2, 2], [1, 0, 0, 0]), -1),
      cases: [[[2, 3]], [["batch", 2]]],
    });
    await checkOp({ build: (x) => x.gather(integers("int64", [0], []), 0), cases: [[[3, 2]]] });
    const x = input("x", "float64", [2, 3]);
    const y = x.gather(integers("int64", [2, 2], [1, 0, 0, 2]), 1);
    expect(y.shape).toEqual([2, 2, 2]);
    expect(
      await valuesOf(y, {
        x: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      }),
    ).toEqual([2, 1, 1, 3, 5, 4, 4, 6]);
  });

  test("a batch of a uint8 data set, by indices fed when run", async () => {
    const data = input("data", "uint8", ["examples", 2]);
    const indices = input("indices", "int32", ["batch"]);
    const batch = data.gather(indices).cast("float32").div(255);
    expect(batch.shape).toEqual(["batch", 2]);
    const feeds = {
      data: [
        [0, 51],
        [102, 255],
        [1, 2],
      ],
      indices: [1, 0],
    };
    expect(await valuesOf(batch, feeds)).toEqual([102 / 255, 1, 0, 51 / 255].map(Math.fround));
  });

  test("an embedding's gradient adds up over repeats, with named dimensions", async () => {
    const table = input("table", "float32", [3, 2]);
    const indices = input("indices", "int64", ["batch"]);
    const [slope] = grad(table.gather(indices).square().sum(), [table]) as [Expr];
    const feeds = {
      table: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      indices: [2, 0, 2, 2],
    };
    expect(await valuesOf(slope, feeds)).toEqual([2, 4, 0, 0, 30, 36]);
  });
});

describe("takeAlong", () => {
  test("values and gradients", async () => {
    const places = integers("int64", [2, 4], [2, 0, 0, 1, 1, 1, 2, 0]);
    const expected = ({ data }: Tensor): number[] => [2, 0, 0, 1, 4, 4, 5, 3].map((i) => Number(data[i]));
    await checkOp({ build: (x) => x.takeAlong(places), cases: [[[2, 3]]], expected });
    await checkOp({ build: (x) => x.takeAlong(integers("int32", [1, 2], [2, 0]), 0), cases: [[[3, 2]]] });
  });

  test("the probability of each example's class", async () => {
    const x = input("x", "float64", ["batch", 3]);
    const label = input("label", "int32", ["batch"]);
    const picked = x.takeAlong(label.unsqueeze(-1)).squeeze(-1);
    const feeds = {
      x: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      label: [2, 0],
    };
    expect(await valuesOf(picked, feeds)).toEqual([3, 4]);
    expect(await valuesOf(grad(picked.square().sum(), [x])[0] as Expr, feeds)).toEqual([0, 0, 6, 8, 0, 0]);
  });
});

test.each(["int32", "int64", "uint8"] as const)("oneHot of %s", async (dtype) => {
  const label = input("label", dtype, ["batch"]);
  const hot = label.oneHot(3);
  expect([hot.dtype, hot.shape]).toEqual(["float32", ["batch", 3]]);
  expect(await valuesOf(hot, { label: [2, 0] })).toEqual([0, 0, 1, 1, 0, 0]);
  expect((await tensorOf(label.oneHot(2, "float64"), { label: [1] })).dtype).toBe("float64");
  expect(await valuesOf(label.reshape(["batch", 1]).oneHot(2), { label: [5] })).toEqual([0, 0]);
});

test("iota counts", async () => {
  expect(await valuesOf(iota(4))).toEqual([0, 1, 2, 3]);
  expect((await tensorOf(iota(0))).shape).toEqual([0]);
});

test("wrong use is refused", () => {
  const x = input("x", "float32", [2, 3]);
  expect(() => x.gather(x)).toThrow("gather: indices must be int32 or int64, got float32");
  expect(() => x.gather(iota(2), 2)).toThrow("gather: axis 2 is out of range for rank 2, shape [2, 3]");
  expect(() => x.takeAlong(iota(2))).toThrow("takeAlong: indices [2] don't fit [2, 3] beside axis 1");
  expect(() => x.takeAlong(integers("int64", [3, 1], [0, 0, 0]))).toThrow("don't fit [2, 3] beside axis 1");
});
