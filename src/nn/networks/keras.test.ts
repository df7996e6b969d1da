import { expect, it } from "vitest";
import { countParameters } from "../parameters.js";
import { keras } from "./keras.js";

it("keras has the example's shapes and numbers of parameters", () => {
  const example = [28, 28, 1];
  const down = keras().build(example, [4], { part: "encoder", example });
  const up = keras().build([2], example, { part: "decoder", example });
  // as the example's summaries show: 69,076 in the encoder (z_mean and z_log_var have 34 each) and 65,089 in the decoder
  expect(countParameters(down.parameters ?? {})).toBe(69_076);
  expect(countParameters(up.parameters ?? {})).toBe(65_089);
  const shapes = (layers = down.layers): string[] =>
    (layers ?? []).filter(({ parameters }) => parameters > 0).map(({ outShape }) => outShape.join("x"));
  expect(shapes()).toEqual(["14x14x32", "7x7x64", "16", "4"]);
  expect(shapes(up.layers)).toEqual(["3136", "14x14x64", "28x28x32", "28x28x1"]);
  expect(keras().config).toEqual({});
});

it("keras refuses lists that are none", () => {
  expect(() => keras({ hidden: [0] })).toThrow("keras: hidden must be a list of whole numbers from 1");
});
