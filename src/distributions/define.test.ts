import { expect, it } from "vitest";
import { input } from "../graph/index.js";
import { evaluateOn } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { toNumbers } from "../tensor/index.js";
import { normal } from "./normal.js";

const standard = (x: number): number =>
  -0.5 * ((x - 0.1) / 1.3) ** 2 - Math.log(1.3) - 0.5 * Math.log(2 * Math.PI);

it.each([
  ["float64", 1e-14],
  ["float32", 1e-6],
] as const)("parameters that are plain numbers are %s beside such an argument", async (dtype, tolerance) => {
  const x = input("x", dtype, ["n"]);
  const density = normal.of({ loc: 0.1, scale: 1.3 }).logProb(x);
  expect(density.dtype).toBe(dtype);
  const values = toNumbers(await evaluateOn(await nodeBackend(), density, { x: [0, 1, -2.5] }));
  [0, 1, -2.5].forEach((at, i) => expect(Math.abs((values[i] ?? 0) - standard(at))).toBeLessThan(tolerance));
});

it("parameters that are nodes keep theirs", () => {
  const loc = input("loc", "float32", []);
  const x = input("x", "float64", ["n"]);
  expect(() => normal.of({ loc, scale: 1 }).logProb(x)).toThrow(/float64.*float32|float32.*float64/);
});
