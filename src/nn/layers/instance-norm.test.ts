import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { momentsOf, Picture } from "../../testing/pictures.js";
import { instanceNorm } from "./instance-norm.js";

it.each([false, true])("instance-norm normalises each channel of each example, affine %j", (affine) =>
  agrees(
    instanceNorm({ affine, eps: 0.01 }),
    (x, { weight, bias }, shape) => {
      const picture = Picture.of(x, shape);
      return x.map((value, i) => {
        const channel = i % picture.channels;
        const [mean, deviation] = momentsOf(picture.channel(channel), 0.01);
        return ((value - mean) / deviation) * (weight?.[channel] ?? 1) + (bias?.[channel] ?? 0);
      });
    },
    { shapes: [[3, 2, 2]] },
  ),
);

it("instance-norm refuses channels of a single number", () => {
  expect(() => instanceNorm().build([1, 1, 8])).toThrow("is a single number, which has no variance");
});
