import { describe, expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import type { Reference } from "../check/index.js";
import { initialValues } from "../parameters.js";
import { linear } from "./linear.js";

const product: Reference = (x, { weight = [], bias }, inShape) => {
  const inSize = inShape.at(-1) as number;
  const outSize = weight.length / inSize;
  const rows = x.length / inSize;
  return Array.from({ length: rows * outSize }, (_, at) => {
    const [row, out] = [Math.floor(at / outSize), at % outSize];
    let sum = bias?.[out] ?? 0;
    for (let i = 0; i < inSize; i++) sum += (x[row * inSize + i] ?? 0) * (weight[out * inSize + i] ?? 0);
    return sum;
  });
};

describe("linear", () => {
  it("is the product with the transposed weight, plus the bias", () => agrees(linear(3), product));
  it("can do without a bias", () => agrees(linear(2, { bias: false }), product));

  it("starts within +-1/sqrt(in), from streams of its parameters' own names", () => {
    const { weight, bias } = initialValues(linear(50).build([16]).parameters ?? {}, 0);
    for (const value of [weight, bias]) {
      const sizes = Array.from(value?.data as Float32Array, Math.abs);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(0.25);
      expect(Math.max(...sizes)).toBeGreaterThan(0.2);
    }
    expect(weight?.shape).toEqual([50, 16]);
  });

  it("starts as it is told, by name, and its bias at 0", () => {
    const { weight, bias } = initialValues(
      linear(4, { init: "normal(std=2)" }).build([800]).parameters ?? {},
      0,
    );
    const variance = (weight?.data as Float32Array).reduce((sum, v) => sum + v * v, 0) / 3200;
    // five standard errors of 3200 numbers
    expect(Math.abs(variance / 4 - 1)).toBeLessThan(0.125);
    expect(bias?.data).toEqual(new Float32Array(4));
    expect(linear(4, { init: "normal(std=2)" }).config.init).toEqual({ name: "normal", config: { std: 2 } });
    expect(() => linear(4, { init: "nromal" })).toThrow('did you mean "normal"?');
  });

  it.each([0, 1.5, -2, "4", undefined])("refuses %j numbers to put out", (out) => {
    expect(() => linear(out as number)).toThrow("linear: out must be a whole number from 1, got");
  });
});
