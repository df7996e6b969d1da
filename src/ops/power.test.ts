import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { pairs, single } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { derivative, mapped, valuesOf } from "../testing/values.js";
import { pow, reciprocal, sqrt, square } from "./index.js";

test.each([
  ["square", square, (x: number) => x * x, [-2, 2]],
  ["sqrt", sqrt, Math.sqrt, [0.3, 4]],
  ["reciprocal", reciprocal, (x: number) => 1 / x, [0.3, 4]],
  ["cube", (x: Expr) => pow(x, 3), (x: number) => x ** 3, [-2, 2]],
  ["x^-1.5", (x: Expr) => pow(x, -1.5), (x: number) => x ** -1.5, [0.5, 3]],
  ["2^x", (x: Expr) => pow(2, x), (x: number) => 2 ** x, [-2, 2]],
] as const)("%s: values and gradients", async (_name, build, elementwise, domain) => {
  await checkOp({ build, cases: single, domain, elementwise });
});

test("pow: values and gradients, broadcasting", async () => {
  const domain = [
    [0.5, 2],
    [-2, 2],
  ] as const;
  await checkOp({ build: pow, cases: pairs, domain, elementwise: (a, b) => a ** b });
});

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  test("plain exponents take the direct way", async () => {
    const x = input("x", dtype, [2]);
    expect(x.pow(1)).toBe(x);
    expect(x.pow(2).op.name).toBe("square");
    expect(x.pow(0.5).op.name).toBe("sqrt");
    expect(x.pow(-1).op.name).toBe("reciprocal");
    expect(x.pow(constant(2, dtype)).op.name).toBe("square");
    expect(await mapped((v) => v.pow(0), [3, 0, Number.POSITIVE_INFINITY], dtype)).toEqual([1, 1, 1]);
    expect(await derivative((v) => v.pow(0), [3, 0], dtype)).toEqual([0, 0]);
  });

  test("base 0: values and gradients hold no NaN", async () => {
    const a = input("a", dtype, [4]);
    const b = input("b", dtype, [4]);
    const feeds = { a: [0, 0, 0, 2], b: [0, 1, 3, 0] };
    const y = a.pow(b);
    const [da, db] = grad(y.sum(), [a, b]) as [Expr, Expr];
    expect(await valuesOf(y, feeds)).toEqual([1, 0, 0, 1]);
    expect(await valuesOf(da, feeds)).toEqual([0, 1, 0, 0]);
    expect(await valuesOf(db, feeds)).toEqual([
      0,
      0,
      0,
      dtype === "float32" ? Math.fround(Math.log(2)) : Math.log(2),
    ]);
  });

  test("a root's slope at 0 is infinite, a power's is 0", async () => {
    expect(await derivative((x) => x.pow(1.5), [0], dtype)).toEqual([0]);
    expect(await derivative((x) => x.pow(0.25), [0], dtype)).toEqual([Number.POSITIVE_INFINITY]);
    expect(await derivative(sqrt, [0], dtype)).toEqual([Number.POSITIVE_INFINITY]);
  });

  test("negative bases take whole exponents, given as numbers or as nodes", async () => {
    expect(await mapped((x) => x.pow(3), [-2, -1], dtype)).toEqual([-8, -1]);
    expect(await derivative((x) => x.pow(3), [-2, -1], dtype)).toEqual([12, 3]);
    const a = input("a", dtype, [2]);
    const b = input("b", dtype, [2]);
    const [da] = grad(a.pow(b).sum(), [a]) as [Expr];
    expect(await valuesOf(da, { a: [-2, -3], b: [3, 2] })).toEqual([12, -6]);
    expect((await mapped((x) => x.pow(0.3), [-2], dtype))[0]).toBeNaN();
  });
});
