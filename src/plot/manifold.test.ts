import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/index.js";
import { linearAxis, manifoldCodes, manifoldGrid, manifoldMap, normalAxis } from "./manifold.js";
import { decodePng } from "./png.js";

describe("manifold", () => {
  it("has codes with the highest second coordinate in the top row, ascending first coordinates", () => {
    expect([...manifoldCodes([-1, 0, 2]).data]).toEqual(
      [
        [-1, 2],
        [0, 2],
        [2, 2],
        [-1, 0],
        [0, 0],
        [2, 0],
        [-1, -1],
        [0, -1],
        [2, -1],
      ].flat(),
    );
  });

  it("has linear and normal axes, ascending and symmetric", () => {
    expect(linearAxis(5, 2)).toEqual([-2, -1, 0, 1, 2]);
    expect(linearAxis(1)).toEqual([0]);
    const axis = normalAxis(4);
    // Quantiles at 1/8 and 3/8 from a table with 15 digits.
    const expected = [-1.15034938037601, -0.318639363964375, 0.318639363964375, 1.15034938037601];
    axis.forEach((z, i) => expect(z).toBeCloseTo(expected[i] ?? NaN, 13));
    expect(() => linearAxis(0)).toThrow(/size/);
    expect(() => linearAxis(3, NaN)).toThrow(/extent/);
  });

  it("draws the decoded codes edge to edge in their order", () => {
    const images = tensor("uint8", [4, 1, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const raster = manifoldGrid(images, { shape: [1, 2] });
    expect(raster).toMatchObject({ width: 4, height: 2, data: images.data });
  });

  it("puts the picture into an SVG with the coordinates on its axes", async () => {
    const images = tensor("uint8", [4, 1, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const svg = await manifoldMap(images, { shape: [1, 2], axis: [-1.5, 0.25], title: "Plane" });
    const embedded = /xlink:href="data:image\/png;base64,([^"]*)"/.exec(svg)?.[1] ?? "";
    expect(await decodePng(Buffer.from(embedded, "base64"))).toEqual(manifoldGrid(images, { shape: [1, 2] }));
    const ticks = [
      ...svg.matchAll(/<text[^>]*transform="translate\(([\d.]+),([\d.]+)\)"[^>]*>(−1\.5|0\.3)</g),
    ].map((match) => ({ x: Number(match[1]), y: Number(match[2]), label: match[3] }));
    const [x1, x2] = ticks.filter((tick) => ticks.some((other) => other !== tick && other.y === tick.y));
    expect([x1?.label, x2?.label]).toEqual(["−1.5", "0.3"]);
    const [y1, y2] = ticks.filter((tick) => tick !== x1 && tick !== x2);
    expect([y1?.label, y2?.label]).toEqual(["−1.5", "0.3"]);
    expect(x1?.x).toBeLessThan(x2?.x ?? 0);
    expect(y1?.y).toBeGreaterThan(y2?.y ?? Infinity);
    expect(await manifoldMap(images, { shape: [1, 2], axis: [-1.5, 0.25], title: "Plane" })).toBe(svg);
  });

  it("refuses tables, numbers that are no squares, and axes that don't fit", async () => {
    const three = tensor("uint8", [3, 1, 1]);
    expect(() => manifoldGrid(three, { shape: [1, 1] })).toThrow(/3 is no square/);
    expect(() => manifoldGrid(three, { shape: [1] })).toThrow(/rows of a table/);
    const four = tensor("uint8", [4, 1, 1]);
    await expect(manifoldMap(four, { shape: [1, 1], axis: [0, 1, 2] })).rejects.toThrow(/3 coordinates/);
  });
});
