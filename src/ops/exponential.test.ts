import { describe, expect, test } from "vitest";
import { single } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { derivative, mapped, relativeError } from "../testing/values.js";
import { exp, expm1, log, log1p } from "./index.js";

test.each([
  ["exp", exp, Math.exp, [-2, 2]],
  ["log", log, Math.log, [0.3, 4]],
  ["log1p", log1p, Math.log1p, [-0.6, 3]],
  ["expm1", expm1, Math.expm1, [-2, 2]],
] as const)("%s: values and gradients", async (_name, build, elementwise, domain) => {
  await checkOp({ build, cases: single, domain, elementwise });
});

const tiny = [1e-30, 1e-20, 1e-10, 1e-8, 1e-7, 3e-7, 1e-5, 1e-3, 0.1, 0.5, 0.9, 0.999];

describe.each([
  // Four units in the last place of what is computed.
  ["float32", 5e-7, Math.fround, 1e30],
  ["float64", 1e-15, Number, 1e300],
] as const)("in %s", (dtype, tolerance, round, huge) => {
  test("log1p is relatively accurate for tiny and huge arguments", async () => {
    const xs = [...tiny, ...tiny.map((x) => -x), 1, 1.5, 10, 1e8, 1e20, huge].map(round);
    expect(relativeError(await mapped(log1p, xs, dtype), xs.map(Math.log1p))).toBeLessThan(tolerance);
    expect(
      relativeError(
        await derivative(log1p, xs, dtype),
        xs.map((x) => 1 / (1 + x)),
      ),
    ).toBeLessThan(dtype === "float32" ? 1e-4 : 1e-12);
  });

  test("expm1 is relatively accurate for tiny and large arguments", async () => {
    const xs = [...tiny, ...tiny.map((x) => -x), 1, -1, 1.001, -1.001, 5, -5, 40, -40, -1000].map(round);
    expect(relativeError(await mapped(expm1, xs, dtype), xs.map(Math.expm1))).toBeLessThan(2 * tolerance);
    const goals = xs.map((x) => (x < -500 ? 0 : Math.exp(x)));
    expect(relativeError(await derivative(expm1, xs, dtype), goals)).toBeLessThan(20 * tolerance);
  });

  test("the ends of their domains", async () => {
    const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: minusInf, NaN: nan } = Number;
    expect(await mapped(log1p, [0, -1, inf, -2, nan], dtype)).toEqual([0, minusInf, inf, nan, nan]);
    expect(await mapped(expm1, [0, minusInf, inf, nan], dtype)).toEqual([0, -1, inf, nan]);
    expect(await mapped(log, [0, 1, inf, -1, nan], dtype)).toEqual([minusInf, 0, inf, nan, nan]);
    expect(await mapped(exp, [0, minusInf, inf, 1000, nan], dtype)).toEqual([1, 0, inf, inf, nan]);
  });
});
