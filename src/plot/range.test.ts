import { expect, it } from "vitest";
import { tensor } from "../tensor/index.js";
import { imageGrid } from "./index.js";
import { toBytes } from "./pixels.js";

const values = (...numbers: number[]): ReturnType<typeof tensor> =>
  tensor("float32", [1, 1, numbers.length], Float32Array.from(numbers));

it("a range says what is black and what is white, for floats and bytes alike", () => {
  expect([...toBytes(values(-3, -1, 1, 9), [-3, 1])]).toEqual([0, 128, 255, 255]);
  expect([...toBytes(tensor("uint8", [1, 2], Uint8Array.of(0, 1)), [0, 1])]).toEqual([0, 255]);
  expect([...toBytes(values(7, 7), [7, 7])]).toEqual([0, 0]);
  expect(() => toBytes(values(0), [1, 0])).toThrow(/the lower first, got 1 and 0/);
  const shape = [1, 4];
  const picture = imageGrid(values(-3, -1, 1, 9), { shape, range: [-3, 1], gap: 0, scale: 1 });
  expect([...picture.data]).toEqual([0, 128, 255, 255]);
});
