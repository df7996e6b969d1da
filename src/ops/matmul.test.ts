import { expect, test } from "vitest";
import { input } from "../graph/index.js";
import { broadcast, type Shape, type Tensor } from "../tensor/index.js";
import { broadcastMap } from "../testing/broadcast-map.js";
import { checkOp } from "../testing/check-op.js";
import { matmul } from "./index.js";

/** The product by its definition, matrix by matrix; which matrices meet is found by broadcasting their numbers. */
function product(a: Tensor, b: Tensor): number[] {
  const [n, k] = a.shape.slice(-2) as [number, number];
  const m = b.shape.at(-1) as number;
  const numbered = (x: Tensor): Tensor => {
    const shape = x.shape.slice(0, -2);
    const count = shape.reduce((p, length) => p * length, 1);
    return { dtype: "float64", shape, data: Float64Array.from({ length: count }, (_, i) => i) };
  };
  const firsts = broadcastMap((i) => i, numbered(a), numbered(b));
  const seconds = broadcastMap((_, j) => j, numbered(a), numbered(b));
  return firsts.flatMap((p, index) =>
    Array.from({ length: n * m }, (_, at) => {
      const i = Math.floor(at / m);
      const j = at % m;
      let sum = 0;
      for (let l = 0; l < k; l++) {
        sum +=
          Number(a.data[(p * n + i) * k + l]) * Number(b.data[((seconds[index] as number) * k + l) * m + j]);
      }
      return sum;
    }),
  );
}

test.each<[Shape, Shape]>([
  [
    [2, 3],
    [3, 4],
  ],
  [
    [1, 1],
    [1, 1],
  ],
  [
    [2, 2, 3],
    [3, 2],
  ],
  [
    [2, 3],
    [2, 3, 2],
  ],
  [
    [2, 1, 2, 3],
    [3, 3, 1],
  ],
  [
    [2, 2, 3],
    [2, 3, 1],
  ],
  [
    [0, 3],
    [3, 2],
  ],
  [
    [2, 0],
    [0, 3],
  ],
  [
    [2, 3],
    [3, 0],
  ],
  [
    [2, 0, 3],
    [3, 2],
  ],
  [
    [2, 2, 0],
    [0, 3],
  ],
  [
    ["batch", 3],
    [3, 2],
  ],
  [
    ["batch", 2, 3],
    [3, 2],
  ],
  [
    [2, "batch", 3],
    [3, 2],
  ],
  [
    ["batch", "n", 2],
    [2, 3],
  ],
  [
    ["batch", 2, 3],
    ["batch", 3, 1],
  ],
  [
    [2, "batch"],
    ["batch", 3],
  ],
])("%j times %j: values and gradients", async (a, b) => {
  await checkOp({ build: matmul, cases: [[a, b]], expected: product });
  const y = matmul(input("a", "float32", a), input("b", "float32", b));
  const lead = broadcast(a.slice(0, -2), b.slice(0, -2));
  expect(y.shape).toEqual([...lead, a.at(-2), b.at(-1)]);
});

test("leading axes of the first factor are folded: one product, not many", () => {
  const y = matmul(input("a", "float32", ["batch", 5, 3]), input("b", "float32", [3, 2]));
  expect(y.op.name).toBe("reshape");
  expect(y.inputs[0]?.shape).toEqual(["5*batch", 2]);
});

test("what does not multiply is refused with both shapes", () => {
  const a = input("a", "float32", [2, 3]);
  expect(() => a.matmul(a)).toThrow("matmul: float32[2, 3] and float32[2, 3] don't multiply");
  expect(() => a.matmul(input("b", "float64", [3, 2]))).toThrow(
    "float32[2, 3] and float64[3, 2] don't multiply",
  );
  expect(() => a.matmul(input("b", "float32", [3]))).toThrow(
    "matmul: float32[2, 3] and float32[3] don't multiply",
  );
  expect(() => a.cast("int32").matmul(a.cast("int32"))).toThrow(
    "matmul: takes float32 or float64, got int32",
  );
  expect(() => input("c", "float32", [4, 2, 3]).matmul(input("d", "float32", [5, 3, 2]))).toThrow(
    "matmul: shapes [4] and [5] do not broadcast",
  );
});
