import { expect, it } from "vitest";
import { pythae } from "./pythae.js";

const shapesOf = (example: readonly number[]): string[] =>
  (["encoder", "decoder"] as const).map((part) => {
    const [from, to] = part === "encoder" ? [example, [4]] : [[2], example];
    const { layers = [] } = pythae().build(from, to, { part, example });
    return layers
      .filter(({ layer }) => /^(conv|linear)/.test(layer))
      .map(({ outShape }) => outShape.join("x"))
      .join(" ");
  });

it("pythae has the shapes of the benchmark's networks for MNIST, CIFAR and CelebA", () => {
  expect(shapesOf([28, 28])).toEqual([
    "14x14x128 7x7x256 3x3x512 1x1x1024 4",
    "16384 7x7x512 14x14x256 28x28x1",
  ]);
  expect(shapesOf([32, 32, 3])).toEqual([
    "16x16x128 8x8x256 4x4x512 2x2x1024 4",
    "65536 16x16x512 33x33x256 32x32x3",
  ]);
  expect(shapesOf([64, 64, 3])).toEqual([
    "32x32x128 16x16x256 8x8x512 4x4x1024 4",
    "65536 15x15x512 31x31x256 62x62x128 64x64x3",
  ]);
});

it("pythae lays its transposed convolutions as PyTorch does", () => {
  const { layers = [] } = pythae().build([2], [28, 28], { part: "decoder", example: [28, 28] });
  const paddings = layers.flatMap(({ layer }) => /padding=(\S.*)\)$/.exec(layer)?.[1] ?? []);
  // padding 1, with output padding 1 where a length doubles: one less at the end is cut off
  expect(paddings).toEqual(["1", "[[1, 0], [1, 0]]", "[[1, 0], [1, 0]]"]);
});

it("pythae takes pictures of other sizes", () => {
  expect(shapesOf([30, 41, 2]).map((text) => text.split(" ").at(-1))).toEqual(["4", "30x41x2"]);
  expect(shapesOf([9, 5])[1]?.split(" ").at(-1)).toBe("9x5x1");
  expect(shapesOf([100, 70, 3])[1]?.split(" ").at(-1)).toBe("100x70x3");
  expect(() => pythae({ channels: [8] })).toThrow("pythae: channels must be a list of at least 2");
});
