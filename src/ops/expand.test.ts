import { expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input, simplify } from "../graph/index.js";
import type { Shape, Tensor } from "../tensor/index.js";
import { broadcastMap } from "../testing/broadcast-map.js";
import { checkOp } from "../testing/check-op.js";
import { valuesOf } from "../testing/values.js";

const repeated =
  (shape: readonly number[]) =>
  (x: Tensor): number[] => {
    const frame: Tensor = {
      dtype: "float64",
      shape,
      data: new Float64Array(shape.reduce((p, n) => p * n, 1)),
    };
    return broadcastMap((value) => value, x, frame);
  };

test.each<[Shape, number[]]>([
  [[], [2, 3]],
  [[], []],
  [[3], [2, 3]],
  [
    [2, 1],
    [2, 3],
  ],
  [
    [1, 3, 1],
    [2, 3, 4],
  ],
  [[1], [0]],
  [
    [0, 1],
    [0, 3],
  ],
  [[], [0]],
])("%j to %j: values and gradients", async (from, to) => {
  await checkOp({
    build: (x) => x.expand(to).square(),
    cases: [[from]],
    expected: (x) => repeated(to)(x).map((v) => v * v),
  });
  await checkOp({ build: (x) => x.expand(to), cases: [[from]], expected: repeated(to) });
});

test("named dimensions come from the node itself or from another", async () => {
  const cases: Shape[][] = [
    [[], ["batch", 2]],
    [[2], ["batch", 2]],
    [
      ["batch", 1],
      ["batch", 2],
    ],
    [
      [1, "n"],
      ["batch", "n"],
    ],
  ];
  const expected = (x: Tensor, like: Tensor): number[] => broadcastMap((v) => v, x, like);
  await checkOp({ build: (x, like) => x.expand(like.shape, like), cases, expected });
  await checkOp({ build: (x) => x.expand([4, "batch", 2]), cases: [[["batch", 1]], [["batch", 2]]] });
  const x = input("x", "float32", [2]);
  expect(() => x.expand(["batch", 2])).toThrow(
    "expand: expanding [2] to [batch, 2] takes a node of that shape",
  );
});

test("sumTo undoes expand's repetition", async () => {
  for (const shape of [[], [3], [1, 1], [2, 1], [1, 3], [2, 3]]) {
    await checkOp({ build: (x) => x.sumTo(shape), cases: [[[2, 3]]] });
  }
  await checkOp({ build: (x) => x.sumTo([1, 2]), cases: [[["batch", 3, 2]], [[0, 3, 2]]] });
});

test.each(["int32", "int64", "uint8", "bool"] as const)("%s expands", async (dtype) => {
  expect(await valuesOf(input("x", dtype, [1]).expand([2, 2]), { x: [1] })).toEqual([1, 1, 1, 1]);
});

test("elementwise ops are computed before expansion, not on the copies", async () => {
  const x = input("x", "float64", [3]);
  const y = input("y", "float64", [2, 3]);
  expect(simplify([x.expand([2, 3]).exp()])[0]?.op.name).toBe("expand");
  const [sum] = simplify([x.expand([2, 3]).add(y)]);
  expect(sum?.inputs[0]).toBe(x);
  expect(sum?.shape).toEqual([2, 3]);
  // Both expanded: one must stay, or the result would lose its shape.
  const both = x.expand([2, 3]).mul(x.expand([2, 3]));
  expect(both.shape).toEqual([2, 3]);
  expect(await valuesOf(both, { x: [1, 2, 3] })).toEqual([1, 4, 9, 1, 4, 9]);
  expect(await valuesOf(grad(both.sum(), [x])[0] as Expr, { x: [1, 2, 3] })).toEqual([4, 8, 12]);
});

test("what does not expand is refused", () => {
  const x = input("x", "float32", [2, 3]);
  expect(() => x.expand([3])).toThrow("expand: [2, 3] does not expand to [3]");
  expect(() => x.expand([4, 3])).toThrow("expand: shapes [2, 3] and [4, 3] do not broadcast");
});
