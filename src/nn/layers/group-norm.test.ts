import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { momentsOf } from "../../testing/pictures.js";
import { groupNorm } from "./group-norm.js";

it("group-norm normalises each example's groups of channels", () =>
  agrees(
    groupNorm(2, { eps: 0.01 }),
    (x, { weight = [], bias = [] }, shape) => {
      const channels = shape.at(-1) as number;
      const groupOf = (i: number): number => Math.floor((i % channels) / (channels / 2));
      const moments = [0, 1].map((group) =>
        momentsOf(
          x.filter((_, i) => groupOf(i) === group),
          0.01,
        ),
      );
      return x.map((value, i) => {
        const [mean, deviation] = moments[groupOf(i)] as readonly [number, number];
        const channel = i % channels;
        return ((value - mean) / deviation) * (weight[channel] as number) + (bias[channel] as number);
      });
    },
    { shapes: [[4], [3, 2, 6]] },
  ));

it("group-norm refuses channels that don't divide", () => {
  expect(() => groupNorm(4).build([3, 6])).toThrow(
    "the channels of examples of shape [3, 6] don't divide into 4 groups",
  );
  expect(() => groupNorm(0)).toThrow("group-norm: groups must be a whole number from 1");
});
