import { expect, test } from "vitest";
import { single } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { derivative, mapped, relativeError } from "../testing/values.js";
import { erf } from "./index.js";

/** Abramowitz and Stegun 7.1.6: a series of positive terms, here exact to two units in the last place up to 6. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 400; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return ((2 / Math.sqrt(Math.PI)) * sum) / Math.exp(x * x);
}

/** From the C library's erf (Python 3.11, math.erf). */
const table = [
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [0.84375, 0.7672256612323416],
  [1, 0.8427007929497149],
  [1.25, 0.9229001282564582],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
] as const;

test("erf: values and gradients", async () => {
  await checkOp({ build: erf, cases: single, domain: [-3, 3] });
});

test("float64: all four pieces agree with the series to a few units in the last place", async () => {
  const xs = [1e-300, 1e-20, 1e-8];
  for (let x = 0.003; x < 5.9; x += 0.0137) xs.push(x);
  xs.push(0.84374, 0.84376, 1.24999, 1.25001, 2.857142, 2.857143, 5.99);
  const both = [...xs, ...xs.map((x) => -x)];
  expect(relativeError(await mapped(erf, both, "float64"), both.map(erfSeries))).toBeLessThan(1.5e-15);
});

test.each(["float32", "float64"] as const)("known values and ends, in %s", async (dtype) => {
  const tolerance = dtype === "float32" ? 3e-7 : 4e-16;
  const xs = table.map(([x]) => x);
  expect(
    relativeError(
      await mapped(erf, xs, dtype),
      table.map(([, y]) => y),
    ),
  ).toBeLessThan(tolerance);
  const ends = [0, 10, -10, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  expect(await mapped(erf, ends, dtype)).toEqual([0, 1, -1, 1, -1, Number.NaN]);
  expect(await derivative(erf, [-1000, 1000], dtype)).toEqual([0, 0]);
});
