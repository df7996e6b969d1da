import { expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { pairs } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { mapped, valuesOf } from "../testing/values.js";
import { and, equal, greater, greaterEqual, less, lessEqual, or } from "./index.js";

const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: minusInf, NaN: nan } = Number;

/** Whole numbers from -1 to 1, so that a third of all pairs are equal. */
const few = (u: number): number => Math.floor(3 * u) - 1;

test.each([
  ["less", less, (a: number, b: number) => a < b],
  ["lessEqual", lessEqual, (a: number, b: number) => a <= b],
  ["greater", greater, (a: number, b: number) => a > b],
  ["greaterEqual", greaterEqual, (a: number, b: number) => a >= b],
  ["equal", equal, (a: number, b: number) => a === b],
] as const)("%s: broadcasting", async (_name, build, f) => {
  await checkOp({ build, cases: pairs, domain: few, elementwise: (a, b) => (f(a, b) ? 1 : 0) });
});

test.each(["float32", "float64"] as const)("comparisons with NaN are false, in %s", async (dtype) => {
  const x = input("x", dtype, [3]);
  const results = [x.less(1), x.lessEqual(1), x.greater(1), x.greaterEqual(1), x.equal(1), x.equal(x)];
  const values = await Promise.all(results.map((result) => valuesOf(result, { x: [nan, 1, inf] })));
  expect(values).toEqual([
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 1, 1],
    [0, 1, 0],
    [0, 1, 1],
  ]);
});

test.each(["int32", "int64", "uint8"] as const)("%s compares", async (dtype) => {
  const x = input("x", dtype, [3]);
  expect(await valuesOf(x.less(2), { x: [1, 2, 3] })).toEqual([1, 0, 0]);
  expect(await valuesOf(x.greaterEqual(2).and(x.equal(3)), { x: [1, 2, 3] })).toEqual([0, 0, 1]);
});

test("and, or, not, and equal of bools; they broadcast", async () => {
  const a = input("a", "bool", [2, 1]);
  const b = input("b", "bool", [2]);
  const feeds = { a: [[0], [1]], b: [0, 1] };
  expect(await valuesOf(and(a, b), feeds)).toEqual([0, 0, 0, 1]);
  expect(await valuesOf(or(a, b), feeds)).toEqual([0, 1, 1, 1]);
  expect(await valuesOf(a.not().or(b.not()), feeds)).toEqual([1, 1, 1, 0]);
  expect(await valuesOf(a.equal(b), feeds)).toEqual([1, 0, 0, 1]);
});

test.each(["float32", "float64"] as const)("isNan and isFinite, in %s", async (dtype) => {
  const xs = [0, 1e30, nan, inf, minusInf];
  expect(await mapped((x) => x.isNan(), xs, dtype)).toEqual([0, 0, 1, 0, 0]);
  expect(await mapped((x) => x.isFinite(), xs, dtype)).toEqual([1, 1, 0, 0, 0]);
});

test("no gradient flows through comparisons", async () => {
  const x = input("x", "float64", [2]);
  const loss = x.less(0.5).cast("float64").mul(3).sum();
  expect(await valuesOf(grad(loss, [x])[0] as Expr, { x: [0, 1] })).toEqual([0, 0]);
});

test("what has no truth or order is refused", () => {
  const x = input("x", "float32", [2]);
  expect(() => x.and(x.less(0))).toThrow("and: takes bool, got float32[2]");
  expect(() => x.not()).toThrow("not: takes bool, got float32[2]");
  expect(() => x.less(0).less(x.less(1))).toThrow(/less: takes .*, got bool\[2\]/);
  expect(() => x.less(0).and(input("y", "bool", [3]))).toThrow("and: shapes [2] and [3] do not broadcast");
  expect(() => x.cast("int32").isNan()).toThrow("isNan: takes float32 or float64, got int32[2]");
});
