import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { drawnPicture, Picture } from "../../testing/pictures.js";
import { maxPool } from "./max-pool.js";

it("max-pool is the largest of each window, of which padding is no part", () =>
  agrees(
    maxPool({ size: 3, stride: 2, padding: 1 }),
    (x, _, shape) => {
      const picture = Picture.of(x, shape);
      return drawnPicture([3, 2, 2], (row, column, channel) =>
        Math.max(
          ...Array.from({ length: 9 }, (_, i) =>
            picture.at(2 * row - 1 + Math.floor(i / 3), 2 * column - 1 + (i % 3), channel, -Infinity),
          ),
        ),
      );
    },
    { shapes: [[5, 4, 2]] },
  ));

it("max-pool refuses padding beyond half a window", () => {
  expect(() => maxPool({ size: 2, padding: 2 }).build([4, 4, 1])).toThrow("padding 2 is more than half");
});
