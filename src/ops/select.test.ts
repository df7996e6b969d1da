import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { pairs, single } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { derivative, mapped, valuesOf } from "../testing/values.js";
import { maximum, minimum, where } from "./index.js";

const { POSITIVE_INFINITY: inf, NaN: nan } = Number;

/** Numbers 0.02 and more apart, so that no two are within a finite difference of being equal. */
const odd = (u: number, i: number): number => 0.04 * Math.floor(50 * u) + (i % 2) * 0.02 - 1;
const even = (u: number): number => 0.04 * Math.floor(50 * u) + 0.01 - 1;

test.each([
  ["maximum", maximum, Math.max],
  ["minimum", minimum, Math.min],
] as const)("%s: values and gradients, broadcasting", async (_name, build, f) => {
  await checkOp({ build, cases: pairs, domain: [odd, even], elementwise: (a, b) => f(a, b) });
});

test("clamp: values and gradients", async () => {
  const elementwise = (x: number): number => Math.min(0.5, Math.max(-0.25, x));
  await checkOp({ build: (x) => x.clamp(-0.25, 0.5), cases: single, domain: even, elementwise });
});

test("where: values and gradients, broadcasting", async () => {
  const build = (a: Expr, b: Expr): Expr => where(a.greater(0), a.mul(b), b);
  const elementwise = (a: number, b: number): number => (a > 0 ? a * b : b);
  await checkOp({ build, cases: pairs, domain: [even, odd], elementwise });
});

test("where: the condition broadcasts the branches", async () => {
  const condition = input("condition", "bool", ["batch", 1]);
  const x = input("x", "float64", [2]);
  const y = where(condition, x, 7);
  expect(y.shape).toEqual(["batch", 2]);
  const feeds = { condition: [[1], [0], [1]], x: [1, 2] };
  expect(await valuesOf(y, feeds)).toEqual([1, 2, 7, 7, 1, 2]);
  expect(await valuesOf(grad(y.sum(), [x])[0] as Expr, feeds)).toEqual([2, 2]);
});

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  test("at a tie the whole gradient goes to the first", async () => {
    const a = input("a", dtype, [3]);
    const b = input("b", dtype, [3]);
    const feeds = { a: [1, 2, 3], b: [2, 2, 2] };
    for (const [y, da, db] of [
      [a.maximum(b), [0, 1, 1], [1, 0, 0]],
      [a.minimum(b), [1, 1, 0], [0, 0, 1]],
    ] as const) {
      const [ga, gb] = grad(y.sum(), [a, b]) as [Expr, Expr];
      expect(await valuesOf(ga, feeds)).toEqual(da);
      expect(await valuesOf(gb, feeds)).toEqual(db);
    }
  });

  test("clamp's gradient is 1 at its limits and 0 outside", async () => {
    expect(await derivative((x) => x.clamp(-1, 1), [-2, -1, 0, 1, 2], dtype)).toEqual([0, 1, 1, 1, 0]);
  });

  test("NaN is kept on either side", async () => {
    expect(await mapped((x) => x.maximum(0), [nan, 1], dtype)).toEqual([nan, 1]);
    expect(await mapped((x) => minimum(0, x), [nan, 1], dtype)).toEqual([nan, 0]);
    expect(await mapped((x) => x.clamp(-1, 1), [nan, inf], dtype)).toEqual([nan, 1]);
  });

  test("where keeps a NaN or infinity of the branch that is not taken out of values and gradients", async () => {
    const x = input("x", dtype, [3]);
    const unsafe = where(x.greater(0), x, x.mul(nan).add(inf));
    const g = input("g", dtype, [3]);
    const [dx] = grad(where(x.greater(0), g, x.mul(2)).mul(g).sum(), [x]) as [Expr];
    expect((await valuesOf(unsafe, { x: [1, 2, -1] })).slice(0, 2)).toEqual([1, 2]);
    expect(await valuesOf(dx, { x: [1, -1, 2], g: [inf, 3, nan] })).toEqual([0, 6, 0]);
    const safe = where(x.greater(0), where(x.greater(0), x, 1).log(), 0);
    expect(await valuesOf(grad(safe.sum(), [x])[0] as Expr, { x: [1, 0, -1] })).toEqual([1, 0, 0]);
  });
});

test("two numbers give float32, infinities included", async () => {
  const x = input("x", "float64", [2]);
  const y = where(x.greater(0), inf, 0);
  expect(y.dtype).toBe("float32");
  expect(await valuesOf(y, { x: [-1, 1] })).toEqual([0, inf]);
});

test.each(["int32", "int64", "uint8", "bool"] as const)("where takes %s", async (dtype) => {
  const x = input("x", dtype, [3]);
  const y = input("y", dtype, [3]);
  const condition = input("condition", "bool", [3]);
  const feeds = { condition: [1, 0, 1], x: [1, 1, 0], y: [0, 0, 1] };
  expect(await valuesOf(where(condition, x, y), feeds)).toEqual([1, 0, 0]);
});

test("wrong use is refused", () => {
  const x = input("x", "float32", [2]);
  expect(() => where(x, x, x)).toThrow("where: the condition must be bool, got float32");
  expect(() => where(x.less(0), x, x.cast("float64"))).toThrow("where: operands are float32 and float64");
  expect(() => x.clamp(1, 0)).toThrow("clamp: the limits are 1 and 0");
});
