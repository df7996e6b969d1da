import { describe, expect, test } from "vitest";
import { input, simplify } from "../graph/index.js";
import type { Shape, Tensor } from "../tensor/index.js";
import { checkOp } from "../testing/check-op.js";
import { tensorOf, valuesOf } from "../testing/values.js";
import { transpose } from "./index.js";

const same = (x: Tensor): number[] => Array.from(x.data, Number);

describe("reshape", () => {
  test.each<[Shape, Shape]>([
    [[], [1, 1]],
    [[6], [2, 3]],
    [[2, 3], [-1]],
    [
      [2, 3],
      [3, -1],
    ],
    [[1], []],
    [
      [0, 3],
      [3, 0],
    ],
    [[0, 3], [-1]],
    [
      [2, 0],
      [5, 0, 1],
    ],
    [
      ["batch", 6],
      ["batch", 2, 3],
    ],
    [
      ["batch", 2, 3],
      ["batch", -1],
    ],
    [
      ["batch", 2, 3],
      [-1, 3],
    ],
    [["batch", 4], [-1]],
    [
      ["batch", 0],
      ["batch", 0, 1],
    ],
    [
      ["batch", "n", 4],
      ["batch", "n", 2, 2],
    ],
    [
      ["batch", 1, "n"],
      ["n", "batch"],
    ],
  ])("%j to %j", async (from, to) => {
    await checkOp({ build: (x) => x.reshape(to), cases: [[from]], expected: same });
  });

  test("named dimensions multiply by name", () => {
    const x = input("x", "float32", ["batch", 2, "n"]);
    expect(x.reshape([-1]).shape).toEqual(["2*batch*n"]);
    expect(x.reshape([-1, 2]).shape).toEqual(["batch*n", 2]);
    expect(x.reshape([-1]).reshape(["n", -1]).shape).toEqual(["n", "2*batch"]);
  });

  test("two in a row become one, and back to the start none", () => {
    const x = input("x", "float32", [2, 6]);
    const y = x.reshape([3, 4]).reshape([12]);
    expect(simplify([y])[0]?.inputs).toEqual([x]);
    expect(simplify([y.reshape([2, 6])])).toEqual([x]);
    expect(x.reshape([2, 6])).toBe(x);
    expect(x.reshape([2, -1])).toBe(x);
  });

  test("what does not fit is refused with both shapes", () => {
    const x = input("x", "float32", ["batch", 6]);
    expect(() => x.reshape(["batch", 5])).toThrow("reshape: [batch, 6] cannot be reshaped to [batch, 5]");
    expect(() => x.reshape([4, -1])).toThrow("reshape: [batch, 6] does not divide into [4]");
    expect(() => x.reshape(["n", -1])).toThrow("reshape: [batch, 6] has no dimension n");
    expect(() => x.reshape([-1, -1])).toThrow("reshape: -1 is not a length");
    expect(() => x.reshape([6.5, -1])).toThrow("reshape: the shape must be a list of lengths");
    const flat = input("flat", "float32", ["a*b"]);
    expect(() => flat.reshape(["a", "b"])).toThrow("at most one new dimension may be known only by name");
  });
});

/** The elements of `x` read along its axes in another order. */
function permuted(order: readonly number[]): (x: Tensor) => number[] {
  return ({ data, shape }) => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((p, n) => p * n, 1));
    let places = [0];
    for (const axis of order) {
      const steps = Array.from({ length: shape[axis] as number }, (_, i) => i * (strides[axis] as number));
      places = places.flatMap((place) => steps.map((step) => place + step));
    }
    return places.map((place) => Number(data[place]));
  };
}

describe("transpose", () => {
  test.each<[Shape, readonly number[]]>([
    [[], []],
    [[3], [0]],
    [
      [2, 3],
      [1, 0],
    ],
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
    [
      [2, 0, 4],
      [1, 2, 0],
    ],
    [
      ["batch", 3, "n"],
      [2, 1, 0],
    ],
  ])("%j by %j", async (shape, order) => {
    const expected = permuted(order);
    await checkOp({ build: (x) => x.transpose(order), cases: [[shape]], expected });
    await checkOp({
      build: (x) => x.transpose(order.map((axis) => axis - shape.length)),
      cases: [[shape]],
      expected,
    });
  });

  test("default reverses; two in a row become one; none is nothing", () => {
    const x = input("x", "float32", [2, 3, 4]);
    expect(x.transpose().shape).toEqual([4, 3, 2]);
    expect(simplify([x.transpose().transpose()])).toEqual([x]);
    expect(simplify([x.transpose([1, 2, 0]).transpose([1, 2, 0])])[0]?.inputs).toEqual([x]);
    expect(transpose(x, [0, 1, 2])).toBe(x);
  });

  test("two in a row give what each in turn gives", async () => {
    const x = input("x", "float64", [2, 3, 4]);
    const values = Array.from({ length: 24 }, (_, i) => i);
    const feeds = { x: { dtype: "float64", shape: [2, 3, 4], data: Float64Array.from(values) } } as const;
    const once = await tensorOf(x.transpose([1, 2, 0]), feeds);
    const y = input("y", "float64", [3, 4, 2]);
    expect(await valuesOf(x.transpose([1, 2, 0]).transpose([2, 0, 1]), feeds)).toEqual(values);
    expect(await valuesOf(x.transpose([1, 2, 0]).transpose([0, 2, 1]), feeds)).toEqual(
      await valuesOf(y.transpose([0, 2, 1]), { y: once }),
    );
  });

  test("matrixTranspose exchanges the last two axes", async () => {
    const expected = permuted([0, 2, 1]);
    await checkOp({ build: (x) => x.matrixTranspose(), cases: [[[2, 3, 4]], [["batch", 1, 2]]], expected });
    expect(() => input("x", "float32", [3]).matrixTranspose()).toThrow(
      "matrixTranspose takes two axes or more",
    );
  });

  test("what is no order of the axes is refused", () => {
    const x = input("x", "float32", [2, 3]);
    expect(() => x.transpose([0])).toThrow("transpose: [0] is not an order of the axes of [2, 3]");
    expect(() => x.transpose([1, 1])).toThrow("transpose: [1, 1] is not an order");
    expect(() => x.transpose([0, 2])).toThrow("transpose: [0, 2] is not an order");
    expect(() => x.transpose().transpose([1, 1])).toThrow("transpose: [1, 1] is not an order");
  });
});

test("unsqueeze and squeeze", async () => {
  await checkOp({
    build: (x) => x.unsqueeze(0),
    cases: [[[]], [[3]], [[0, 2]], [["batch", "n"]]],
    expected: same,
  });
  await checkOp({ build: (x) => x.unsqueeze(-1), cases: [[[]], [[3]], [["batch", 2]]], expected: same });
  await checkOp({ build: (x) => x.squeeze(1), cases: [[[2, 1]], [["batch", 1, 3]]], expected: same });
  const x = input("x", "float32", [2, 1]);
  expect(x.unsqueeze(1).shape).toEqual([2, 1, 1]);
  expect(() => x.squeeze(0)).toThrow("squeeze: axis 0 of [2, 1] is not of length 1");
  expect(() => x.squeeze(2)).toThrow("squeeze: axis 2 is out of range for rank 2, shape [2, 1]");
  expect(() => x.unsqueeze(4)).toThrow("unsqueeze: axis 4 is out of range for rank 3, shape [2, 1]");
});
