import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { drawnPicture, Picture } from "../../testing/pictures.js";
import { pixelShuffle } from "./pixel-shuffle.js";

it("pixel-shuffle lays channels beside each other, in PyTorch's order", () =>
  agrees(
    pixelShuffle(3),
    (x, _, shape) => {
      const picture = Picture.of(x, shape);
      return drawnPicture([6, 3, 2], (row, column, channel) =>
        picture.at(Math.floor(row / 3), Math.floor(column / 3), channel * 9 + (row % 3) * 3 + (column % 3)),
      );
    },
    { shapes: [[2, 1, 18]] },
  ));

it("pixel-shuffle refuses channels that don't divide", () => {
  expect(() => pixelShuffle().build([2, 2, 6])).toThrow(
    "pixel-shuffle: the 6 channels of [2, 2, 6] don't divide by 4",
  );
});
