import { describe, expect, it } from "vitest";
import { evaluateGraphs } from "../../testing/layers.js";
import { layers } from "../layers/index.js";
import { convNetwork } from "./conv.js";
import { networks } from "./registry.js";

const encoderPlace = (example: readonly number[]) => ({ part: "encoder", example }) as const;
const decoderPlace = (example: readonly number[]) => ({ part: "decoder", example }) as const;

describe("conv", () => {
  it("halves pictures and doubles channels down to 4, and comes back to exactly the data's shape", () => {
    const shapes = (example: readonly number[]): string[] => {
      const down = convNetwork().build(example, [4], encoderPlace(example));
      const up = convNetwork().build([2], example, decoderPlace(example));
      expect(up.outShape).toEqual(example);
      return [down, up].map(({ layers = [] }) =>
        layers
          .filter(({ layer }) => layer.startsWith("conv"))
          .map(({ outShape }) => outShape.join("x"))
          .join(" "),
      );
    };
    expect(shapes([28, 28])).toEqual(["14x14x32 7x7x64 4x4x128", "7x7x64 14x14x32 28x28x1"]);
    expect(shapes([64, 64, 3])).toEqual([
      "32x32x32 16x16x64 8x8x128 4x4x256",
      "8x8x128 16x16x64 32x32x32 64x64x3",
    ]);
    expect(shapes([30, 41, 2])).toEqual(["15x21x32 8x11x64 4x6x128", "8x11x64 15x21x32 30x41x2"]);
    expect(shapes([1, 3, 1])).toEqual(["1x2x32", "1x3x1"]);
  });

  it("has PyTorch's names, and biases only where no normalisation follows", () => {
    const built = convNetwork({ channels: [8, 16], hidden: [5] }).build([8, 8], [3], encoderPlace([8, 8]));
    const names = Object.keys(built.parameters ?? {});
    expect(names).toEqual([
      ...["0.weight", "1.weight", "1.bias", "3.weight", "4.weight", "4.bias"],
      ...["7.weight", "7.bias", "9.weight", "9.bias"],
    ]);
    expect(built.parameters?.["3.weight"]?.shape).toEqual([16, 8, 4, 4]);
    const bare = convNetwork({ channels: [8], norm: "none" }).build([8, 8], [3]);
    expect(Object.keys(bare.parameters ?? {})).toContain("0.bias");
  });

  it("puts several numbers for each of the data's side by side, as likelihoods take them", async () => {
    const example = [3, 2, 2];
    const network = convNetwork({ channels: [3], norm: "none" });
    const built = network.build([2], [2, ...example], decoderPlace(example));
    expect(built.outShape).toEqual([2, 3, 2, 2]);
    const wide = network.build([2], [3, 2, 4], decoderPlace([3, 2, 4]));
    expect(Object.keys(built.parameters ?? {})).toEqual(Object.keys(wide.parameters ?? {}));
    const { constant } = await import("../../graph/index.js");
    const { evaluationContext, initialValues } = await import("../index.js");
    const values = initialValues(built.parameters ?? {}, 3, "float64");
    const weights = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, constant(value, "float64")]),
    );
    const z = constant([[0.5, -1]], "float64");
    const context = evaluationContext(weights, "float64");
    const { apart, together } = await evaluateGraphs(
      { apart: built.apply(z, context), together: wide.apply(z, context) },
      {},
    );
    const flat = Array.from(together?.data as Float64Array);
    // the first two channels are the first number of each, the other two the second
    const expected = [0, 2].flatMap((first) => flat.filter((_, i) => Math.floor((i % 4) / 2) * 2 === first));
    expect(Array.from(apart?.data as Float64Array)).toEqual(expected);
  });

  it("is saved by what was chosen, and is its own decoder", () => {
    expect(convNetwork().config).toEqual({});
    const chosen = convNetwork({ channels: [8], kernel: 3, norm: "group", activation: "silu", hidden: [9] });
    expect(chosen.config).toEqual({
      channels: [8],
      kernel: 3,
      norm: "group",
      activation: "silu",
      hidden: [9],
    });
    expect(networks.from({ name: "conv", config: chosen.config }).config).toEqual(chosen.config);
    expect(chosen.decoder?.().config).toEqual(chosen.config);
    expect(layers.find("conv")).toBeDefined();
  });

  it("refuses what it can't be", () => {
    expect(() => convNetwork().build([784], [4])).toThrow(
      "the network conv takes pictures [height, width] or [height, width, channels], or volumes",
    );
    expect(() => convNetwork({ channels: [] })).toThrow(
      "conv: channels must be a list of at least 1 whole numbers",
    );
    expect(() => convNetwork({ kernel: 1 })).toThrow("conv: kernel must be a whole number from 2");
    expect(() => convNetwork({ norm: "layer" as never })).toThrow('conv: norm can\'t be "layer"');
    expect(() => convNetwork().build([2], [37], decoderPlace([6, 6]))).toThrow(
      "choose another likelihood or decoder",
    );
  });
});
