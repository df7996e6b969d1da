import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/index.js";
import { imageGrid, originalsBesideReconstructions } from "./image-grid.js";
import type { Raster } from "./raster.js";

/** The pixels as rows of text, one hexadecimal byte a sample. */
function rows(raster: Raster): string[] {
  const stride = raster.width * raster.channels;
  return Array.from({ length: raster.height }, (_, y) =>
    Buffer.from(raster.data.subarray(y * stride, (y + 1) * stride)).toString("hex"),
  );
}

const three = tensor("float32", [3, 1, 2], Float32Array.of(0, 1, 0.5, 0.25, -3, 7));

describe("imageGrid", () => {
  it("places images in rows, rounds, clamps and fills gaps and the unused place with the background", () => {
    const raster = imageGrid(three, { shape: [1, 2], columns: 2, scale: 1, gap: 1, background: 9 });
    expect(raster).toMatchObject({ width: 7, height: 5, channels: 1 });
    expect(rows(raster)).toEqual([
      "09090909090909",
      "0900ff09804009",
      "09090909090909",
      "0900ff09090909",
      "09090909090909",
    ]);
  });

  it("repeats every pixel `scale` times both ways", () => {
    const raster = imageGrid(three, { shape: [1, 2], columns: 1, scale: 2, gap: 0 });
    expect(rows(raster)).toEqual(["0000ffff", "0000ffff", "80804040", "80804040", "0000ffff", "0000ffff"]);
  });

  it("takes flat rows and uint8, and keeps bytes as they are", () => {
    const bytes = tensor("uint8", [1, 6], Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(rows(imageGrid(bytes, { shape: [2, 3], scale: 1, gap: 0 }))).toEqual(["010203", "040506"]);
    expect(rows(imageGrid(bytes, { shape: [2, 3, 1], scale: 1, gap: 0 }))).toEqual(["010203", "040506"]);
  });

  it("draws RGB, and grey images on a coloured background in RGB", () => {
    const bytes = tensor("uint8", [1, 6], Uint8Array.of(1, 2, 3, 4, 5, 6));
    const colour = imageGrid(bytes, { shape: [1, 2, 3], scale: 1, gap: 0 });
    expect([colour.channels, ...rows(colour)]).toEqual([3, "010203040506"]);
    const mixed = imageGrid(bytes, { shape: [1, 6], scale: 1, gap: 1, background: [255, 0, 16] });
    expect(mixed.channels).toBe(3);
    expect(rows(mixed)[1]).toBe("ff0010010101020202030303040404050505060606ff0010");
  });

  it("makes the grid about square by default, and an image about 56 pixels", () => {
    const images = tensor("uint8", [10, 28, 28]);
    const raster = imageGrid(images, { shape: [28, 28] });
    expect([raster.width, raster.height]).toEqual([4 * 58 + 2, 3 * 58 + 2]);
    expect(imageGrid(tensor("uint8", [1, 200, 100]), { shape: [200, 100], gap: 0 })).toMatchObject({
      width: 100,
      height: 200,
    });
  });

  it("writes labels under the images, inside their cells, and cuts long ones", () => {
    const images = tensor("uint8", [2, 28, 28]);
    const bare = imageGrid(images, { shape: [28, 28], columns: 2 });
    const labelled = imageGrid(images, { shape: [28, 28], columns: 2, labels: ["T-shirt/top", 7] });
    expect(labelled.width).toBe(bare.width);
    expect(labelled.height).toBe(bare.height + 19);
    const strip = rows(labelled).slice(58, 77);
    const inked = (from: number, to: number): boolean =>
      strip.some((row) => row.slice(2 * from, 2 * to).includes("eb"));
    expect(inked(2, 58)).toBe(true);
    expect(inked(58, 60)).toBe(false);
    // "7" is centred: nothing in the first and last 20 pixels of the second cell.
    expect([inked(60, 80), inked(80, 96), inked(96, 116)]).toEqual([false, true, false]);
  });

  it("draws a table as a heat map, each feature on its own scale, and says so", () => {
    const table = tensor("float64", [2, 3], Float64Array.of(0, -100, 5, 1, 100, 5));
    const raster = imageGrid(table, { shape: [3], scale: 1 });
    expect(raster).toMatchObject({ width: 3, height: 2, channels: 3 });
    const [low, middle, high] = ["440154", "21908d", "fde725"];
    expect(rows(raster)).toEqual([`${low}${low}${middle}`, `${high}${high}${middle}`]);
    expect(raster.note).toMatch(/Not image data \(3 features an example\)/);
  });

  it("gives the same bytes again", () => {
    const draw = (): Raster => imageGrid(three, { shape: [1, 2], labels: ["a", "b", "c"] });
    expect(draw()).toEqual(draw());
  });

  it.each([
    [{ shape: [2, 2] }, /\[3, 1, 2\].*\[2, 2\].*4 values/],
    [{ shape: [1, 2], columns: 0 }, /columns.*from 1/],
    [{ shape: [1, 2], scale: 1.5 }, /scale/],
    [{ shape: [1, 2], gap: -1 }, /gap/],
    [{ shape: [1, 2], labels: ["a"] }, /3 images but 1 labels/],
    [{ shape: [1, 2], background: 300 }, /0\.\.255/],
    [{ shape: [1, 2], scale: 20_000 }, /smaller scale/],
    [{ shape: [1, 1, 1, 2] }, /\[1, 1, 1, 2\] are not pictures/],
    [{ shape: [] }, /shape \[\]/],
  ])("refuses %j", (options, message) => {
    expect(() => imageGrid(three, options)).toThrow(message);
  });

  it("refuses NaN and infinity, naming the image, other element types and an empty batch", () => {
    const bad = tensor("float32", [2, 1, 2], Float32Array.of(0, 1, 0, NaN));
    expect(() => imageGrid(bad, { shape: [1, 2] })).toThrow(/image 1 holds NaN/);
    expect(() => imageGrid(bad, { shape: [2] })).toThrow(/image 1 holds NaN/);
    const infinite = tensor("float64", [1, 1, 1], Float64Array.of(-Infinity));
    expect(() => imageGrid(infinite, { shape: [1, 1] })).toThrow(/image 0 holds -Infinity/);
    expect(() => imageGrid(tensor("int32", [1, 1, 1]), { shape: [1, 1] })).toThrow(/got int32/);
    expect(() => imageGrid(tensor("uint8", [0, 4]), { shape: [2, 2] })).toThrow(/0 examples/);
  });
});

describe("originalsBesideReconstructions", () => {
  const originals = tensor("uint8", [3, 1, 1], Uint8Array.of(10, 20, 30));
  const rebuilt = tensor("float32", [3, 1], Float32Array.of(1, 1, 1));

  it("puts every reconstruction under its original", () => {
    const options = { shape: [1, 1], columns: 2, scale: 1, gap: 1, background: 0, rowLabels: false } as const;
    const raster = originalsBesideReconstructions(originals, rebuilt, options);
    expect(rows(raster)).toEqual([
      "0000000000",
      "000a001400",
      "0000000000",
      "00ff00ff00",
      ...Array<string>(5).fill("0000000000"),
      "001e000000",
      "0000000000",
      "00ff000000",
      "0000000000",
    ]);
  });

  it("names the rows in a margin", () => {
    const images = tensor("uint8", [2, 28, 28]);
    const bare = originalsBesideReconstructions(images, images, { shape: [28, 28], rowLabels: false });
    const named = originalsBesideReconstructions(images, images, { shape: [28, 28] });
    expect([named.width - bare.width, named.height]).toEqual(["reconstruction".length * 8 + 8, bare.height]);
    for (const middle of [2 + 28, 2 + 58 + 28]) {
      const band = rows(named).slice(middle - 8, middle + 8);
      expect(band.some((row) => row.slice(0, 2 * 120).includes("eb"))).toBe(true);
    }
  });

  it("draws tables side by side on the originals' scale", () => {
    const left = tensor("float32", [2, 1], Float32Array.of(0, 10));
    const right = tensor("float32", [2, 1], Float32Array.of(5, 1e6));
    const raster = originalsBesideReconstructions(left, right, { shape: [1], scale: 1 });
    expect(raster).toMatchObject({ width: 14, height: 2 });
    expect(rows(raster).map((row) => [row.slice(0, 6), row.slice(-6)])).toEqual([
      ["440154", "21908d"],
      ["fde725", "fde725"],
    ]);
    expect(raster.note).toMatch(/originals left, reconstructions right/);
  });

  it("refuses unequal counts", () => {
    const one = tensor("float32", [1, 1]);
    expect(() => originalsBesideReconstructions(originals, one, { shape: [1, 1] })).toThrow(
      /3 originals but 1 reconstructions/,
    );
  });
});
