import { expect, it } from "vitest";
import { toNumbers } from "../../tensor/index.js";
import { countParameters, initialValues } from "../parameters.js";
import { keras, type KerasOptions } from "./keras.js";

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

it("weights start within Glorot's bounds and reach them, biases at 0, as in Keras, or as `init` says", () => {
  const example = [28, 28, 1];
  const largest = (options?: KerasOptions): Record<string, number> => {
    const down = keras(options).build(example, [4], { part: "encoder", example });
    const values = Object.entries(initialValues(down.parameters ?? {}, 1));
    return Object.fromEntries(
      values.map(([name, value]) => [name, Math.max(...toNumbers(value).map(Math.abs))]),
    );
  };
  // sqrt(6 / (inputs + outputs)), both times 9 for the kernel's positions
  const bounds = { "0": 6 / (9 + 288), "2": 6 / (288 + 576), "5": 6 / (3136 + 16), "7": 6 / (16 + 4) };
  const start = largest();
  for (const [layer, squared] of Object.entries(bounds)) {
    const [bound, weight] = [Math.sqrt(squared), start[`${layer}.weight`] as number];
    expect(start[`${layer}.bias`]).toBe(0);
    expect(weight).toBeLessThanOrEqual(bound);
    // the largest of 64 numbers or more; the chance to stay below 0.85 of the bound is 0.85^64, 3e-5
    expect(weight).toBeGreaterThan(0.85 * bound);
  }
  expect(largest({ init: "zeros" })["0.weight"]).toBe(0);
});

it("keras refuses lists that are none", () => {
  expect(() => keras({ hidden: [0] })).toThrow("keras: hidden must be a list of whole numbers from 1");
});
