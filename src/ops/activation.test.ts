import { describe, expect, test } from "vitest";
import { type Expr, input } from "../graph/index.js";
import { single } from "../testing/cases.js";
import { checkOp } from "../testing/check-op.js";
import { derivative, mapped, relativeError } from "../testing/values.js";
import { elu, leakyRelu, logSigmoid, relu, sigmoid, silu, softplus, tanh } from "./index.js";

/** Away from 0, where relu has its kink. */
const nonzero = (u: number, i: number): number => (i % 2 === 0 ? 1 : -1) * (0.1 + 3 * u);

const softplusOf = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));

test.each([
  ["relu", relu, (x: number) => Math.max(x, 0)],
  ["sigmoid", sigmoid, sigmoidOf],
  ["tanh", tanh, Math.tanh],
  ["softplus", softplus, softplusOf],
  ["logSigmoid", logSigmoid, (x: number) => -softplusOf(-x)],
  ["silu", silu, (x: number) => x * sigmoidOf(x)],
  ["elu", elu, (x: number) => (x > 0 ? x : Math.expm1(x))],
  ["leakyRelu", (x: Expr) => leakyRelu(x), (x: number) => (x > 0 ? x : 0.01 * x)],
] as const)("%s: values and gradients", async (_name, build, elementwise) => {
  await checkOp({ build, cases: single, domain: nonzero, elementwise });
});

const wide = [
  -1000, -700, -87, -80, -50, -30, -20, -17, -10, -3, -1, -1e-5, 0, 1e-10, 0.5, 2, 10, 17, 50, 80, 1000,
];

describe.each([
  // float32: 10 units in the last place, and from -80 down where e^x leaves float32's normal range.
  ["float32", 1e-6, -80],
  ["float64", 1e-15, -700],
] as const)("in %s", (dtype, tolerance, lowest) => {
  const xs = wide.filter((x) => x >= lowest || x === -1000);

  test.each([
    ["sigmoid", sigmoid, sigmoidOf],
    ["softplus", softplus, softplusOf],
    ["logSigmoid", logSigmoid, (x: number) => -softplusOf(-x)],
    ["tanh", tanh, Math.tanh],
  ] as const)("%s is relatively accurate from -1000 to 1000", async (_name, op, exact) => {
    const goals = xs.map((x) => exact(dtype === "float32" ? Math.fround(x) : x));
    // Exp's argument is rounded, which costs x units in the last place.
    const error = relativeError(await mapped(op, xs, dtype), goals);
    expect(error).toBeLessThan(tolerance * 10);
  });

  test("derivatives stay finite and accurate in the tails", async () => {
    const tails = [-1000, -50, -20, 20, 50, 1000];
    expect(relativeError(await derivative(softplus, tails, dtype), tails.map(sigmoidOf))).toBeLessThan(
      tolerance * 10,
    );
    const logistic = tails.map((x) => sigmoidOf(x) * sigmoidOf(-x));
    expect(relativeError(await derivative(sigmoid, tails, dtype), logistic)).toBeLessThan(tolerance * 20);
    expect(await derivative(logSigmoid, [-1000, 1000], dtype)).toEqual([1, 0]);
    expect(await derivative(elu, [-1000, 1000], dtype)).toEqual([0, 1]);
  });

  test("log(softplus) has the derivative 1 far left: value and gradient agree there", async () => {
    const slopes = await derivative((x) => x.softplus().log(), [-50, -30, -17], dtype);
    // The exact derivative is 1 - e^x / 2 + ...; 1e-7 of it at -17 is below float32's unit.
    for (const slope of slopes) expect(Math.abs(slope - 1)).toBeLessThan(dtype === "float32" ? 2e-5 : 1e-7);
  });

  test("relu's gradient is exactly 0 or 1, down to the smallest normal number, and 0 at 0", async () => {
    const tiny = dtype === "float32" ? 2 ** -126 : 2 ** -1022;
    const xs = [-1e30, -tiny, 0, tiny, 1e-20, 1, 1e30, Number.POSITIVE_INFINITY];
    expect(await derivative(relu, xs, dtype)).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
    expect(await mapped(relu, [0, -1, 5], dtype)).toEqual([0, 0, 5]);
  });

  test("at 0 the other kinked activations take the left derivative", async () => {
    expect(await derivative(leakyRelu, [0], dtype)).toEqual([dtype === "float32" ? Math.fround(0.01) : 0.01]);
    expect(await derivative(elu, [0], dtype)).toEqual([1]);
    expect(await mapped((x) => leakyRelu(x, 0.5), [-2, 0, 2], dtype)).toEqual([-1, 0, 2]);
  });

  test("NaN comes out as NaN: training must be able to see it", async () => {
    for (const op of [relu, sigmoid, tanh, softplus, logSigmoid, silu, elu, leakyRelu]) {
      expect((await mapped((x) => op(x), [Number.NaN, 1], dtype))[0]).toBeNaN();
    }
  });
});

test("activations refuse integers", () => {
  expect(() => input("x", "int32", [2]).relu()).toThrow("relu: takes float32 or float64, got int32[2]");
});
