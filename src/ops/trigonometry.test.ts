import { describe, expect, test } from "vitest";
import { input } from "../graph/index.js";
import { pairs, single } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { derivative, mapped, relativeError, valuesOf } from "../testing/values.js";
import { atan, atan2, cos, sin } from "./index.js";

const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: minusInf, NaN: nan } = Number;

test.each([
  ["sin", sin, Math.sin],
  ["cos", cos, Math.cos],
  ["atan", atan, Math.atan],
] as const)("%s: values and gradients", async (_name, build, elementwise) => {
  await checkOp({ build, cases: single, domain: [-4, 4], elementwise });
});

test("atan2: values and gradients, broadcasting", async () => {
  // Away from the origin and from the negative x axis, where the angle jumps.
  const y = (u: number, i: number): number => (i % 2 === 0 ? 1 : -1) * (0.2 + 2 * u);
  await checkOp({ build: atan2, cases: pairs, domain: [y, [-2, 2]], elementwise: Math.atan2 });
});

describe.each([
  ["float32", 5e-7],
  ["float64", 1e-15],
] as const)("in %s", (dtype, tolerance) => {
  const xs = [1e-30, 1e-8, 0.01, 0.2, 0.41, 0.999, 1, 1.001, 2.4, 5, 1e4, 1e8, 1e30];
  const both = [...xs, ...xs.map((x) => -x)].map(dtype === "float32" ? Math.fround : Number);

  test("atan is relatively accurate for tiny and huge arguments", async () => {
    expect(relativeError(await mapped(atan, both, dtype), both.map(Math.atan))).toBeLessThan(tolerance);
    const ends = [0, inf, minusInf, nan];
    expect(relativeError(await mapped(atan, ends, dtype), ends.map(Math.atan))).toBeLessThan(tolerance);
    expect(await derivative(atan, [0, 1, inf], dtype)).toEqual([1, 0.5, 0]);
  });

  test("atan2 in all quadrants, on the axes, and of tiny and huge numbers", async () => {
    const points = [0, 1, -1, 1e-15, -1e-15, 1e15, 3].flatMap((y) =>
      [0, 1, -1, 1e15, -2].map((x) => [y, x] as const),
    );
    const y = input("y", dtype, [points.length]);
    const x = input("x", dtype, [points.length]);
    const feeds = { y: points.map(([v]) => v), x: points.map(([, v]) => v) };
    const exact = points.map(([a, b]) =>
      dtype === "float32" ? Math.atan2(Math.fround(a), Math.fround(b)) : Math.atan2(a, b),
    );
    expect(relativeError(await valuesOf(y.atan2(x), feeds), exact)).toBeLessThan(tolerance);
  });
});
