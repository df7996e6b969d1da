import { describe, expect, it } from "vitest";
import { transposedGeometry } from "../../ops/convolution/index.js";
import { upReference } from "../../testing/convolution.js";
import { agrees } from "../../testing/layers.js";
import type { Reference } from "../check/index.js";
import { initialValues } from "../parameters.js";
import { convTranspose, type ConvTransposeOptions } from "./conv-transpose.js";

function reference(options: ConvTransposeOptions): Reference {
  return (x, { weight = [], bias = [] }, inShape) => {
    const space = inShape.slice(0, -1);
    const sizes = [options.kernel ?? 3].flat();
    const kernel = space.map((_, i) => sizes[i] ?? (sizes[0] as number));
    const geometry = transposedGeometry("convTranspose", space, kernel, { padding: "same", ...options });
    const y = upReference(x, weight, geometry, [inShape.at(-1) as number, options.out]);
    return y.map((value, i) => value + (bias[i % options.out] ?? 0));
  };
}

describe("convTranspose", () => {
  it.each<[ConvTransposeOptions, number[]]>([
    [{ out: 3, stride: 2 }, [2, 3, 2]],
    [{ out: 1 }, [3, 3, 3]],
    [{ out: 2, kernel: [2, 3], stride: [3, 2], padding: "valid", outputPadding: [1, 0] }, [2, 2, 1]],
    [{ out: 4, groups: 2, stride: 2, padding: 1, bias: false }, [2, 3, 2]],
    [{ out: 2, kernel: 3, dilation: 2, padding: 1 }, [4, 2]],
    [{ out: 2, kernel: 2, stride: 2, bias: false }, [1, 2, 2, 1]],
  ])("%j on examples %j adds up what the kernel spreads", (options, inShape) =>
    agrees(convTranspose(options), reference(options), { shapes: [inShape] }),
  );

  it("with padding same multiplies lengths by the stride, whatever the kernel", () => {
    for (const kernel of [1, 2, 3, 4, 5, 7]) {
      for (const stride of [1, 2, 3]) {
        expect(convTranspose({ out: 1, kernel, stride }).build([4, 5, 2]).outShape).toEqual([
          4 * stride,
          5 * stride,
          1,
        ]);
      }
    }
  });

  it("has PyTorch's shapes and first values", () => {
    const { parameters = {} } = convTranspose({ out: 32, kernel: [3, 2], groups: 2 }).build([7, 8, 6]);
    expect(parameters.weight?.shape).toEqual([6, 16, 3, 2]);
    expect(parameters.bias?.shape).toEqual([32]);
    const bound = 1 / Math.sqrt(16 * 3 * 2);
    for (const value of Object.values(initialValues(parameters, 0))) {
      const largest = Math.max(...Array.from(value.data as Float32Array, Math.abs));
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.9 * bound);
    }
  });

  it.each<[ConvTransposeOptions, number[], string]>([
    [{ out: 0 }, [4, 4, 1], "conv-transpose: out must be a whole number from 1 on, got 0"],
    [{ out: 2 }, [4], "conv-transpose takes examples"],
    [
      { out: 2, stride: 2, outputPadding: 1 },
      [4, 4, 1],
      'padding "same" sets the size; leave outputPadding out',
    ],
    [
      { out: 2, stride: 2, padding: 1, outputPadding: 2 },
      [4, 4, 1],
      "conv-transpose: outputPadding must be below the stride 2, got 2",
    ],
    [
      { out: 2, padding: 4 },
      [2, 2, 1],
      "conv-transpose: an image of [2, 2] would become [-4, -4]; take less padding",
    ],
  ])("refuses %j on examples %j", (options, inShape, message) => {
    expect(() => convTranspose(options).build(inShape)).toThrow(message);
  });
});
