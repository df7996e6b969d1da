import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { drawnPicture, Picture } from "../../testing/pictures.js";
import { reflectionPad } from "./reflection-pad.js";

const mirrored = (at: number, length: number): number => {
  const inside = Math.abs(at);
  return inside < length ? inside : 2 * (length - 1) - inside;
};

it("reflection-pad mirrors at the first and last element", () =>
  agrees(
    reflectionPad({ padding: [2, 1] }),
    (x, _, shape) => {
      const picture = Picture.of(x, shape);
      return drawnPicture([7, 4, 2], (row, column, channel) =>
        picture.at(mirrored(row - 2, 3), mirrored(column - 1, 2), channel),
      );
    },
    { shapes: [[3, 2, 2]] },
  ));

it("reflection-pad refuses more than there is", () => {
  expect(() => reflectionPad({ padding: 3 }).build([3, 8, 1])).toThrow(
    "reflection-pad: 3 elements can't be mirrored in examples of shape [3, 8, 1]",
  );
});
