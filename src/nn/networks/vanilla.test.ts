import { expect, it } from "vitest";
import { countParameters } from "../parameters.js";
import { vanilla } from "./vanilla.js";

it("vanilla has VanillaVAE's shapes and numbers of parameters", () => {
  const example = [64, 64, 3];
  const down = vanilla().build(example, [256], { part: "encoder", example });
  const up = vanilla({ tanh: true }).build([128], example, { part: "decoder", example });
  // five convolutions 1,568,576, their normalisation 1,984, fc_mu and fc_var 262,272 each
  expect(countParameters(down.parameters ?? {})).toBe(2_095_104);
  // decoder_input 264,192, transposed convolutions 1,576,448, normalisation 1,024, the last convolution 867
  expect(countParameters(up.parameters ?? {})).toBe(1_842_531);
  const shapes = ({ layers }: typeof down, kind: string): string[] =>
    (layers ?? []).filter(({ layer }) => layer.startsWith(kind)).map(({ outShape }) => outShape.join("x"));
  expect(shapes(down, "conv")).toEqual(["32x32x32", "16x16x64", "8x8x128", "4x4x256", "2x2x512"]);
  expect(shapes(up, "conv")).toEqual(["4x4x256", "8x8x128", "16x16x64", "32x32x32", "64x64x32", "64x64x3"]);
  expect(up.layers?.at(-1)?.layer).toContain("tanh");
  expect(vanilla().config).toEqual({});
});

it("vanilla refuses lists that are none", () => {
  expect(() => vanilla({ channels: [0] })).toThrow(
    "vanilla: channels must be a list of at least 1 whole numbers from 1",
  );
});
