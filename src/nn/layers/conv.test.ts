import { describe, expect, it } from "vitest";
import { convolutionGeometry } from "../../ops/convolution/index.js";
import { downReference } from "../../testing/convolution.js";
import { agrees } from "../../testing/layers.js";
import type { Reference } from "../check/index.js";
import { initialValues } from "../parameters.js";
import { conv, type ConvOptions } from "./conv.js";

function reference(options: ConvOptions): Reference {
  return (x, { weight = [], bias = [] }, inShape) => {
    const space = inShape.slice(0, -1);
    const kernel = space.map(
      (_, i) => [options.kernel ?? 3].flat()[i] ?? ([options.kernel ?? 3].flat()[0] as number),
    );
    const geometry = convolutionGeometry("conv", space, kernel, { padding: "same", ...options });
    const y = downReference(x, weight, geometry, [options.out, inShape.at(-1) as number]);
    return y.map((value, i) => value + (bias[i % options.out] ?? 0));
  };
}

describe("conv", () => {
  it.each<[ConvOptions, number[]]>([
    [{ out: 3 }, [3, 4, 2]],
    [{ out: 2, kernel: [2, 3], stride: [2, 1], padding: "valid" }, [4, 5, 1]],
    [{ out: 4, groups: 2, padding: 1, bias: false }, [3, 3, 2]],
    [{ out: 2, kernel: 5, stride: 2, dilation: 2 }, [9, 3]],
    [{ out: 1, kernel: 1 }, [1, 1, 4]],
    [
      {
        out: 2,
        stride: 2,
        padding: [
          [0, 1],
          [1, 0],
          [1, 1],
        ],
      },
      [3, 4, 3, 1],
    ],
  ])("%j on examples %j is the sum over the kernel", (options, inShape) =>
    agrees(conv(options), reference(options), { shapes: [inShape] }),
  );

  it("has PyTorch's shapes and first values", () => {
    const { parameters = {}, outShape } = conv({ out: 32, kernel: [3, 2], groups: 2, stride: 2 }).build([
      7, 8, 6,
    ]);
    expect(outShape).toEqual([4, 4, 32]);
    expect(parameters.weight?.shape).toEqual([32, 3, 3, 2]);
    expect(parameters.bias?.shape).toEqual([32]);
    const bound = 1 / Math.sqrt(3 * 3 * 2);
    for (const value of Object.values(initialValues(parameters, 0))) {
      const largest = Math.max(...Array.from(value.data as Float32Array, Math.abs));
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.9 * bound);
    }
  });

  it.each<[ConvOptions, number[], string]>([
    [{ out: 0 }, [4, 4, 1], "conv: out must be a whole number from 1 on, got 0"],
    [{ out: 2, groups: 0 }, [4, 4, 1], "conv: groups must be a whole number from 1 on, got 0"],
    [{ out: 2 }, [4], "put reshape(shape=[...]) before it"],
    [
      { out: 3, groups: 2 },
      [4, 4, 2],
      "conv: groups must divide the 2 channels that come in and the 3 that go out, got 2",
    ],
    [
      { out: 3, kernel: 5, padding: "valid" },
      [4, 6, 2],
      "conv: a kernel of [5, 5] is larger than the image of [4, 6]",
    ],
    [{ out: 3, kernel: [3, 3, 3] }, [4, 6, 2], "conv: kernel has 3 numbers for an image of 2 axes"],
    [
      { out: 3, stride: 1.5 },
      [4, 6, 2],
      "conv: stride must be a whole number from 1, or a list of one for each axis, got 1.5",
    ],
    [
      { out: 3, padding: "full" as "same" },
      [4, 6, 2],
      'conv: padding must be "same", "valid" or a number, got "full"',
    ],
  ])("refuses %j on examples %j", (options, inShape, message) => {
    expect(() => conv(options).build(inShape)).toThrow(message);
  });
});
