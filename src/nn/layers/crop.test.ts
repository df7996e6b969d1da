import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { drawnPicture, Picture } from "../../testing/pictures.js";
import { crop } from "./crop.js";

it("crop takes the first numbers of each axis", () =>
  agrees(
    crop([2, 3]),
    (x, _, shape) => {
      const picture = Picture.of(x, shape);
      return drawnPicture([2, 3, 2], (row, column, channel) => picture.at(row, column, channel));
    },
    { shapes: [[4, 3, 2]] },
  ));

it("crop refuses more than there is", () => {
  expect(() => crop([4]).build([3, 2])).toThrow("crop: [4] can't be taken of examples of shape [3, 2]");
  expect(() => crop([0])).toThrow("crop: shape must be a list, such as [7, 7], each a whole number from 1");
});
