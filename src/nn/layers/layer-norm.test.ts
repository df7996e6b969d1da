import { describe, expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { layerNorm } from "./layer-norm.js";

describe("layer-norm", () => {
  it.each([1e-5, 0.1])("normalises each example by its own mean and variance, with eps %d", (eps) =>
    agrees(
      layerNorm({ eps }),
      (x, { weight = [], bias = [] }) => {
        const mean = x.reduce((a, b) => a + b, 0) / x.length;
        const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
        return x.map(
          (value, i) =>
            ((value - mean) / Math.sqrt(variance + eps)) * (weight[i] as number) + (bias[i] as number),
        );
      },
      { shapes: [[5], [2, 3]] },
    ),
  );

  it("refuses an eps not above 0", () => {
    for (const eps of [0, -1, NaN])
      expect(() => layerNorm({ eps })).toThrow("layer-norm: eps must be a number above 0");
  });
});
