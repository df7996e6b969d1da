import { expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { single } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { tensorOf, valuesOf } from "../testing/values.js";

test("there and back in float64: values and gradients", async () => {
  await checkOp({ build: (x) => x.mul(3).cast("float64").square(), cases: single });
});

test.each([
  ["float32", "int32", [-2.7, 0.5, 300], [-2, 0, 300]],
  ["float64", "int64", [-2.7, 0.5, 1e12], [-2, 0, 1e12]],
  ["float32", "bool", [0, -1, 0.5], [0, 1, 1]],
  ["bool", "float64", [0, 1, 1], [0, 1, 1]],
  ["uint8", "float32", [0, 7, 255], [0, 7, 255]],
  ["int64", "int32", [-5, 0, 5], [-5, 0, 5]],
  ["float64", "float32", [0.1, 1, -2], [Math.fround(0.1), 1, -2]],
] as const)("%s to %s", async (from, to, values, expected) => {
  const result = await tensorOf(input("x", from, [3]).cast(to), { x: [...values] });
  expect(result.dtype).toBe(to);
  expect(Array.from(result.data as Float32Array, Number)).toEqual(expected);
});

test("to the same dtype is nothing at all", () => {
  const x = input("x", "float32", [2]);
  expect(x.cast("float32")).toBe(x);
});

test("gradients pass between float types, and stop at integers", async () => {
  const x = input("x", "float32", [2]);
  const [dx] = grad(x.cast("float64").mul(0.1).sum(), [x]) as [Expr];
  expect(dx.dtype).toBe("float32");
  expect(await valuesOf(dx, { x: [1, 2] })).toEqual([Math.fround(0.1), Math.fround(0.1)]);
  const [none] = grad(x.cast("int32").cast("float32").sum(), [x]) as [Expr];
  expect(await valuesOf(none, { x: [1, 2] })).toEqual([0, 0]);
});
