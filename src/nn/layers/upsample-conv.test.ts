import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { drawnPicture, Picture } from "../../testing/pictures.js";
import { upsampleConv } from "./upsample-conv.js";

it("upsample-conv repeats and convolves with padding same", () =>
  agrees(
    upsampleConv({ out: 2 }),
    (x, { weight = [], bias = [] }, shape) => {
      const picture = Picture.of(x, shape);
      const large = Picture.of(
        drawnPicture([4, 6, 3], (row, column, channel) => picture.at(row >> 1, column >> 1, channel)),
        [4, 6, 3],
      );
      return drawnPicture([4, 6, 2], (row, column, out) => {
        let sum = bias[out] as number;
        for (let c = 0; c < 3; c++)
          for (let i = 0; i < 3; i++)
            for (let j = 0; j < 3; j++)
              sum +=
                (weight[((out * 3 + c) * 3 + i) * 3 + j] as number) *
                large.at(row + i - 1, column + j - 1, c);
        return sum;
      });
    },
    { shapes: [[2, 3, 3]] },
  ));

it("upsample-conv refuses what is out of range", () => {
  expect(() => upsampleConv({ out: 0 })).toThrow("upsample-conv: out must be a whole number from 1");
  expect(upsampleConv({ out: 4, scale: 3, kernel: 3 }).config).toEqual({ out: 4, scale: 3 });
});
