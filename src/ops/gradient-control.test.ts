import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { checkOp } from "../testing/check-op.js";
import { valuesOf } from "../testing/values.js";
import { customGradient } from "./index.js";

describe("stopGradient", () => {
  test("keeps the value and stops the gradient", async () => {
    const x = input("x", "float64", [2]);
    const y = x.mul(x.stopGradient());
    const feeds = { x: [3, -2] };
    expect(await valuesOf(y, feeds)).toEqual([9, 4]);
    expect(await valuesOf(grad(y.sum(), [x])[0] as Expr, feeds)).toEqual([3, -2]);
    expect(await valuesOf(grad(x.stopGradient().sum(), [x])[0] as Expr, feeds)).toEqual([0, 0]);
  });

  test("costs no node when the graph runs", async () => {
    const { compile } = await import("../onnx/index.js");
    const x = input("x", "float32", [2]);
    expect(compile({ y: x.exp().stopGradient() }).bytes).toEqual(compile({ y: x.exp() }).bytes);
  });
});

describe("customGradient", () => {
  test("replaces the gradient of a value and keeps the value", async () => {
    const x = input("x", "float64", [3]);
    const step = customGradient(x.round(), [x], (g) => [g.mul(2)]);
    expect(await valuesOf(step, { x: [0.2, 0.7, 1.6] })).toEqual([0, 1, 2]);
    expect(await valuesOf(grad(step.mul(3).sum(), [x])[0] as Expr, { x: [0.2, 0.7, 1.6] })).toEqual([
      6, 6, 6,
    ]);
  });

  test("with a true rule it agrees with finite differences, the second order too", async () => {
    const build = (x: Expr, y: Expr): Expr =>
      customGradient(x.mul(y).exp(), [x, y], (g, output) => [g.mul(output).mul(y), g.mul(output).mul(x)]);
    const elementwise = (x: number, y: number): number => Math.exp(x * y);
    await checkOp({
      build,
      cases: [
        [[3], [3]],
        [["batch"], ["batch"]],
      ],
      domain: [-1, 1],
      elementwise,
    });
  });

  test("sources may be elsewhere than in the value, and null stops", async () => {
    const x = input("x", "float64", []);
    const y = input("y", "float64", []);
    const value = customGradient(x.square(), [x, y], (g) => [null, g.mul(7)]);
    const [dx, dy] = grad(value, [x, y]) as [Expr, Expr];
    expect(await valuesOf(dx, { x: 3 })).toEqual([0]);
    expect(await valuesOf(dy, { x: 3 })).toEqual([7]);
  });

  test("a rule that gives a wrong shape is named", () => {
    const x = input("x", "float32", [3]);
    const y = customGradient(x.exp(), [x], (g) => [g.sum()]);
    expect(() => grad(y.sum(), [x])).toThrow(
      "the gradient rule of customGradient gave float32[] for an input of float32[3]",
    );
  });
});
