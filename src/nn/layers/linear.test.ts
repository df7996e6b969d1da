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

  it.each([0, 1.5, -2, "4", undefined])("refuses %j numbers to put out", (out) => {
    expect(() => linear(out as number)).toThrow("linear: out must be a whole number from 1, got");
  });
});
