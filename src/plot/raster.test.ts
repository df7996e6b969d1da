import { expect, it } from "vitest";
import { tensor } from "../tensor/index.js";
import { imageGrid, originalsBesideReconstructions } from "./image-grid.js";
import { manifoldGrid } from "./manifold.js";
import { placedImages } from "./placed-images.js";

// Red, half transparent blue, black that can't be seen, green.
const rgba = tensor(
  "uint8",
  [1, 1, 4, 4],
  Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 128, 0, 0, 0, 0, 0, 255, 0, 255),
);
const onWhite = [255, 0, 0, 127, 127, 255, 255, 255, 255, 0, 255, 0];
const shape = [1, 4, 4];

it("RGBA is drawn on white, by everything that draws examples", () => {
  expect([...imageGrid(rgba, { shape, scale: 1, gap: 0 }).data]).toEqual(onWhite);
  expect([...manifoldGrid(rgba, { shape }).data]).toEqual(onWhite);
  const pair = originalsBesideReconstructions(rgba, rgba, { shape, scale: 1, gap: 0, rowLabels: false });
  expect(pair).toMatchObject({ width: 4, height: 2, channels: 3 });
  expect([...pair.data]).toEqual([...onWhite, ...onWhite]);
  const placed = placedImages(rgba, { shape, places: [[0, 0]] });
  expect(placed.channels).toBe(3);
  const row = 4 * placed.width * 3 + 4 * 3;
  expect([...placed.data.subarray(row, row + 12)]).toEqual(onWhite);
});

it("floats with alpha too", () => {
  const floats = tensor("float32", [1, 1, 1, 4], Float32Array.of(1, 0, 0, 0.2));
  expect([...imageGrid(floats, { shape: [1, 1, 4], scale: 1, gap: 0 }).data]).toEqual([255, 204, 204]);
});

it("other numbers of channels are a heat map", () => {
  const two = tensor("float32", [3, 2, 2, 2]);
  expect(imageGrid(two, { shape: [2, 2, 2] }).note).toMatch(/Not image data \(8 features an example\)/);
});
