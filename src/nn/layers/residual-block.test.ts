import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { drawnPicture, Picture } from "../../testing/pictures.js";
import type { Reference } from "../check/index.js";
import { residualBlock } from "./residual-block.js";

/** A convolution with padding same, TensorFlow's rule; weight [out, channels, kernel, kernel]. */
function convolved(
  picture: Picture,
  weight: readonly number[],
  bias: readonly number[] | undefined,
  out: number,
  kernel: number,
  stride: number,
): Picture {
  const [height, width] = [picture.height, picture.width].map((length) => Math.ceil(length / stride)) as [
    number,
    number,
  ];
  const before = (length: number, count: number): number =>
    Math.floor(Math.max(0, (count - 1) * stride + kernel - length) / 2);
  const [top, left] = [before(picture.height, height), before(picture.width, width)];
  const values = drawnPicture([height, width, out], (row, column, o) => {
    let sum = bias?.[o] ?? 0;
    for (let c = 0; c < picture.channels; c++)
      for (let i = 0; i < kernel; i++)
        for (let j = 0; j < kernel; j++)
          sum +=
            (weight[((o * picture.channels + c) * kernel + i) * kernel + j] as number) *
            picture.at(row * stride + i - top, column * stride + j - left, c);
    return sum;
  });
  return Picture.of(values, [height, width, out]);
}

const mapped = (picture: Picture, of: (value: number, channel: number) => number): Picture => {
  const shape = [picture.height, picture.width, picture.channels];
  return Picture.of(
    drawnPicture(shape, (i, j, c) => of(picture.at(i, j, c), c)),
    shape,
  );
};

/** Batch norm in evaluation, then tanh, by `name`'s arrays. */
const ready = (picture: Picture, w: Parameters<Reference>[1], name: string): Picture =>
  mapped(picture, (value, c) => {
    const of = (array: string): number => w[`${name}.${array}`]?.[c] as number;
    const normal = (value - of("running_mean")) / Math.sqrt(of("running_var") + 1e-5);
    return Math.tanh(normal * of("weight") + of("bias"));
  });

it.each([
  [undefined, 1],
  [3, 2],
] as const)("residual-block of %j channels and stride %i is pre-activation, twice, plus x", (out, stride) =>
  agrees(
    residualBlock({ ...(out && { out }), stride, activation: "tanh" }),
    (x, w, shape) => {
      const width = out ?? 2;
      const given = Picture.of(x, shape);
      const first = ready(given, w, "norm1");
      const hidden = convolved(first, w["conv1.weight"] ?? [], undefined, width, 3, stride);
      const y = convolved(ready(hidden, w, "norm2"), w["conv2.weight"] ?? [], w["conv2.bias"], width, 3, 1);
      const beside = out ? convolved(first, w["shortcut.weight"] ?? [], undefined, width, 1, stride) : given;
      return drawnPicture([y.height, y.width, width], (i, j, c) => y.at(i, j, c) + beside.at(i, j, c));
    },
    { shapes: [[3, 4, 2]] },
  ),
);

it("residual-block names its parts, and refuses what is out of range", () => {
  const built = residualBlock({ out: 16, norm: "group" }).build([4, 4, 8]);
  expect(Object.keys(built.parameters ?? {})).toEqual([
    ...["norm1.weight", "norm1.bias", "conv1.weight", "norm2.weight", "norm2.bias"],
    ...["conv2.weight", "conv2.bias", "shortcut.weight"],
  ]);
  expect(() => residualBlock({ norm: "layer" as never })).toThrow('residual-block: norm can\'t be "layer"');
  expect(() => residualBlock({ stride: 0 })).toThrow("residual-block: stride must be a whole number from 1");
  expect(residualBlock({ activation: "silu", stride: 2 }).config).toEqual({ stride: 2, activation: "silu" });
});
