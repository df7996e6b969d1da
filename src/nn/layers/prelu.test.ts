import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { initialValues } from "../parameters.js";
import { prelu } from "./prelu.js";

it.each([false, true])("prelu has a trained slope below 0, for each channel %j", (channels) =>
  agrees(prelu({ channels }), (x, { weight = [] }) =>
    x.map((value, i) => (value > 0 ? value : value * (weight[i % weight.length] as number))),
  ),
);

it("prelu starts at 0.25", () => {
  const { weight } = initialValues(prelu({ channels: true }).build([2, 3]).parameters ?? {}, 0);
  expect(weight?.data).toEqual(new Float32Array(3).fill(0.25));
  expect(() => prelu({ start: NaN })).toThrow("prelu: start must be a number");
});
