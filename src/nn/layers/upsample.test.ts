import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { drawnPicture, Picture } from "../../testing/pictures.js";
import { upsample } from "./upsample.js";

it("upsample repeats", () =>
  agrees(
    upsample({ scale: [2, 3] }),
    (x, _, shape) => {
      const picture = Picture.of(x, shape);
      return drawnPicture([6, 6, 2], (row, column, channel) =>
        picture.at(Math.floor(row / 2), Math.floor(column / 3), channel),
      );
    },
    { shapes: [[3, 2, 2]] },
  ));

it("upsample interpolates between centres, as PyTorch does without aligned corners", () =>
  agrees(
    upsample({ scale: 2, mode: "bilinear" }),
    (x, _, shape) => {
      const picture = Picture.of(x, shape);
      const source = (i: number, length: number): readonly [number, number, number] => {
        const from = Math.max(0, (i + 0.5) / 2 - 0.5);
        const low = Math.floor(from);
        return [low, Math.min(length - 1, low + 1), from - low];
      };
      return drawnPicture([6, 4, 2], (row, column, channel) => {
        const [top, bottom, down] = source(row, 3);
        const [left, right, across] = source(column, 2);
        const line = (i: number): number =>
          picture.at(i, left, channel) * (1 - across) + picture.at(i, right, channel) * across;
        return line(top) * (1 - down) + line(bottom) * down;
      });
    },
    { shapes: [[3, 2, 2]] },
  ));

it("upsample refuses other modes", () => {
  expect(() => upsample({ mode: "cubic" as never })).toThrow('upsample: mode can\'t be "cubic"');
  expect(() => upsample({ scale: 1.5 })).toThrow("upsample: scale must be a whole number from 1");
});
