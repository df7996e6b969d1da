import { expect, it } from "vitest";
import { countParameters } from "../parameters.js";
import { vanilla } from "./vanilla.js";

const faces = [64, 64, 3];

it("vanilla has the shapes and numbers of parameters of PyTorch-VAE's VanillaVAE", () => {
  const down = vanilla().build(faces, [4], { part: "encoder", example: faces });
  const up = vanilla().build([2], faces, { part: "decoder", example: faces });
  // counted by PyTorch: its encoder with a Linear(2048, 4), and decoder_input of 2 numbers, decoder and final_layer
  expect(countParameters(down.parameters ?? {})).toBe(1_578_756);
  expect(countParameters(up.parameters ?? {})).toBe(1_584_483);
  const shapes = (layers = down.layers): string[] =>
    (layers ?? [])
      .filter(({ layer }) => /^(conv|linear)/.test(layer))
      .map(({ outShape }) => outShape.join("x"));
  expect(shapes()).toEqual(["32x32x32", "16x16x64", "8x8x128", "4x4x256", "2x2x512", "4"]);
  expect(shapes(up.layers)).toEqual([
    ...["2048", "4x4x256", "8x8x128", "16x16x64", "32x32x32", "64x64x32"],
    "64x64x3",
  ]);
  expect(vanilla().config).toEqual({});
});

it("vanilla ends with tanh if it is told to", () => {
  const { layers = [] } = vanilla({ tanh: true }).build([2], faces, { part: "decoder", example: faces });
  expect(layers.at(-1)?.layer).toBe("activation(of=tanh)");
});

it("vanilla refuses lists that are none, and options that it doesn't have", () => {
  expect(() => vanilla({ channels: [] })).toThrow("vanilla: channels must be a list of at least 1");
  expect(() => vanilla({ chanels: [8] } as never)).toThrow('vanilla has no option "chanels"');
});
