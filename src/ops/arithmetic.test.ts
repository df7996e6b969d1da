import { describe, expect, test } from "vitest";
import { constant, input } from "../graph/index.js";
import { pairs, single } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { derivative, mapped, valuesOf } from "../testing/values.js";
import { abs, add, div, mul, neg, sign, sub } from "./index.js";

const dtypes = ["float32", "float64"] as const;

/** Away from 0, where abs and sign have their kink, and div its pole. */
const nonzero = (u: number, i: number): number => (i % 2 === 0 ? 1 : -1) * (0.3 + 2 * u);

test.each([
  ["add", add, (a: number, b: number) => a + b],
  ["sub", sub, (a: number, b: number) => a - b],
  ["mul", mul, (a: number, b: number) => a * b],
  ["div", div, (a: number, b: number) => a / b],
] as const)("%s: values and gradients, broadcasting", async (_name, build, elementwise) => {
  await checkOp({ build, cases: pairs, domain: [[-2, 2], nonzero], elementwise });
});

test.each([
  ["neg", neg, (x: number) => -x],
  ["abs", abs, Math.abs],
  ["sign", sign, Math.sign],
] as const)("%s: values and gradients", async (_name, build, elementwise) => {
  await checkOp({ build, cases: single, domain: nonzero, elementwise });
});

describe.each(dtypes)("in %s", (dtype) => {
  test("abs and sign at 0 and beyond the finite", async () => {
    const xs = [0, -0, -1e30, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    expect(await mapped(abs, xs, dtype)).toEqual(
      xs.map(Math.abs).map(dtype === "float32" ? Math.fround : Number),
    );
    expect(await mapped(sign, [0, -3, 5, Number.NEGATIVE_INFINITY], dtype)).toEqual([0, -1, 1, -1]);
    expect(await derivative(abs, [-2, 0, 2], dtype)).toEqual([-1, 0, 1]);
  });

  test("division by 0 and of 0 follows IEEE 754", async () => {
    const x = input("x", dtype, [3]);
    expect(await valuesOf(x.div(0), { x: [1, -1, 0] })).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });

  test("numbers stand on either side", async () => {
    const x = input("x", dtype, [2]);
    const results = [x.add(3), add(3, x), sub(3, x), x.sub(3), mul(3, x), div(3, x), x.div(4)];
    const values = await Promise.all(results.map((result) => valuesOf(result, { x: [1, 2] })));
    expect(values).toEqual([
      [4, 5],
      [4, 5],
      [2, 1],
      [-2, -1],
      [3, 6],
      [3, 1.5],
      [0.25, 0.5],
    ]);
  });
});

test("integers: sums, products, truncated quotients", async () => {
  const x = input("x", "int32", [3]);
  const y = input("y", "int64", [3]);
  expect(await valuesOf(x.mul(3).sub(1).div(2).neg().abs(), { x: [1, -2, 5] })).toEqual([1, 3, 7]);
  expect(await valuesOf(y.add(y).sign(), { y: [-7, 0, 9] })).toEqual([-1, 0, 1]);
});

test("neutral constants are dropped, unless they broadcast the other operand", () => {
  const x = input("x", "float32", ["batch", 2]);
  const zeros = constant([[0, 0]]);
  expect(x.add(0)).toBe(x);
  expect(add(0, x)).toBe(x);
  expect(x.sub(0)).toBe(x);
  expect(x.mul(1)).toBe(x);
  expect(mul(1, x)).toBe(x);
  expect(x.div(1)).toBe(x);
  expect(x.add(constant(0))).toBe(x);
  expect(input("z", "float32", [2]).add(zeros).shape).toEqual([1, 2]);
  expect(x.sub(1)).not.toBe(x);
  expect(sub(0, x).op.name).toBe("sub");
});

test("what does not fit is refused with the op's name, the shapes and the dtypes", () => {
  const a = input("a", "float32", [2, 3]);
  expect(() => a.add(input("b", "float32", [4]))).toThrow("add: shapes [2, 3] and [4] do not broadcast");
  expect(() => a.mul(input("b", "float64", [3]))).toThrow("mul: operands are float32 and float64; cast one");
  expect(() => a.cast("bool").add(a.cast("bool"))).toThrow(/add: takes .*, got bool\[2, 3\]; cast it first/);
  expect(() => a.cast("uint8").neg()).toThrow(/neg: takes .*, got uint8/);
  expect(() => add(1, 2)).toThrow("add: at least one operand must be an expression");
});
