import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { drawnPicture, meanOf, Picture } from "../../testing/pictures.js";
import { avgPool } from "./avg-pool.js";

it("avg-pool is the mean of each window, zeros of the padding counted", () =>
  agrees(
    avgPool({ size: [2, 3], stride: [2, 1], padding: 1 }),
    (x, _, shape) => {
      const picture = Picture.of(x, shape);
      return drawnPicture([3, 4, 2], (row, column, channel) =>
        meanOf(
          Array.from({ length: 6 }, (_, i) =>
            picture.at(2 * row - 1 + Math.floor(i / 3), column - 1 + (i % 3), channel),
          ),
        ),
      );
    },
    { shapes: [[5, 4, 2]] },
  ));

it("avg-pool takes sequences and volumes, and leaves out what is over", () => {
  expect(avgPool().build([7, 3]).outShape).toEqual([3, 3]);
  expect(avgPool({ size: 2, stride: 1 }).build([4, 5, 6, 1]).outShape).toEqual([3, 4, 5, 1]);
});

it("avg-pool refuses what is no window", () => {
  expect(() => avgPool({ size: 0 })).toThrow("avg-pool: size must be a whole number from 1, or a list");
  expect(() => avgPool({ size: 3 }).build([2, 5, 1])).toThrow(
    "avg-pool: a window of 3 is longer than the 2 there are, on examples of shape [2, 5, 1]",
  );
  expect(() => avgPool({ size: [2, 2] }).build([8, 1])).toThrow(
    "avg-pool: size has 2 numbers, but examples have 1",
  );
  expect(() => avgPool().build([5])).toThrow("avg-pool takes sequences [length, channels], pictures");
  expect(avgPool({ size: 3, stride: 3 }).config).toEqual({ size: 3 });
});
