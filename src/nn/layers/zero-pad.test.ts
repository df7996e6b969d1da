import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { drawnPicture, Picture } from "../../testing/pictures.js";
import { zeroPad } from "./zero-pad.js";

it("zero-pad puts zeros around", () =>
  agrees(
    zeroPad({ before: [1, 0], after: 2 }),
    (x, _, shape) => {
      const picture = Picture.of(x, shape);
      return drawnPicture([6, 4, 2], (row, column, channel) => picture.at(row - 1, column, channel));
    },
    { shapes: [[3, 2, 2]] },
  ));

it("zero-pad says what was chosen and no more", () => {
  expect(zeroPad().config).toEqual({});
  expect(zeroPad({ padding: [2, 1] }).config).toEqual({ padding: [2, 1] });
  expect(() => zeroPad({ before: -1 })).toThrow("zero-pad: before must be a whole number from 0");
});
