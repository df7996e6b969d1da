import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { meanOf, Picture } from "../../testing/pictures.js";
import { squeezeExcite } from "./squeeze-excite.js";

/** A matrix, row by row, times a vector, plus a bias. */
const affine = (
  weight: readonly number[] = [],
  bias: readonly number[] = [],
  x: readonly number[],
): number[] =>
  bias.map((start, row) =>
    x.reduce((sum, value, i) => sum + value * (weight[row * x.length + i] as number), start),
  );

it("squeeze-excite multiplies channels by what two layers make of their means", () =>
  agrees(
    squeezeExcite(2),
    (x, w, shape) => {
      const picture = Picture.of(x, shape);
      const means = [0, 1, 2, 3].map((channel) => meanOf(picture.channel(channel)));
      const hidden = affine(w["fc1.weight"], w["fc1.bias"], means).map((value) => Math.max(0, value));
      const gates = affine(w["fc2.weight"], w["fc2.bias"], hidden).map((value) => 1 / (1 + Math.exp(-value)));
      return x.map((value, i) => value * (gates[i % 4] as number));
    },
    { shapes: [[3, 2, 4]] },
  ));

it("squeeze-excite keeps at least one number between", () => {
  expect(squeezeExcite().build([2, 2, 4]).parameters?.["fc1.weight"]?.shape).toEqual([1, 4]);
});
