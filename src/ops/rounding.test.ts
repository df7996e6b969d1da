import { expect, test } from "vitest";
import { input } from "../graph/index.js";
import { pairs, single } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { mapped, valuesOf } from "../testing/values.js";
import { ceil, floor, floorMod, round } from "./index.js";

/** Away from whole numbers and halves, where these functions jump. */
const between = (u: number): number => Math.floor(8 * u) / 2 - 2 + 0.05 + 0.4 * ((8 * u) % 1);

function halfToEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

test.each([
  ["floor", floor, Math.floor],
  ["ceil", ceil, Math.ceil],
  ["round", round, halfToEven],
] as const)("%s: values, and gradient 0", async (_name, build, elementwise) => {
  await checkOp({ build, cases: single, domain: between, elementwise });
});

test.each(["float32", "float64"] as const)("halves round to even, in %s", async (dtype) => {
  const xs = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5];
  expect((await mapped(round, xs, dtype)).map((x) => x + 0)).toEqual([-2, -2, 0, 0, 2, 2, 4]);
});

test("floorMod: values and gradients, broadcasting", async () => {
  // Whole parts of the quotient stay clear of whole numbers: x from 0.1 to 0.9 above a multiple of the divisor.
  const cases = pairs.filter(([, divisor]) => divisor?.length === 0 || divisor?.every((dim) => dim === 1));
  const domain = [
    (u: number) => 1.5 * (Math.floor(6 * u) - 3 + 0.1 + 0.8 * ((6 * u) % 1)),
    [1.5, 1.5],
  ] as const;
  await checkOp({ build: floorMod, cases, domain, elementwise: (x, d) => x - Math.floor(x / d) * d });
});

test("floorMod takes the divisor's sign, for integers too", async () => {
  expect(await mapped((x) => x.floorMod(3), [-4, -3, -1, 0, 4], "float64")).toEqual([2, 0, 2, 0, 1]);
  expect(await mapped((x) => x.floorMod(-3), [-4, -1, 1, 4], "float32")).toEqual([-1, -1, -2, -2]);
  const x = input("x", "int32", [4]);
  expect(await valuesOf(x.floorMod(3), { x: [-4, -3, 2, 4] })).toEqual([2, 0, 2, 1]);
});

test("integers have nothing to round", () => {
  expect(() => input("x", "int32", [2]).floor()).toThrow("floor: takes float32 or float64, got int32[2]");
});
