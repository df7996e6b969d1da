import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.js";
import { placedImages } from "./placed-images.js";
import {
  circleCodes,
  type PlacedCodes,
  sphereCodes,
  sphereMap,
  triangleCodes,
  triangleMap,
} from "./sphere.js";

function rowsOf({ codes }: PlacedCodes): number[][] {
  const [n = 0, width = 1] = codes.shape;
  return Array.from({ length: n }, (_, i) => [...codes.data.slice(i * width, (i + 1) * width)]);
}

/** The shortest distance of two places along the axis in which they are farther apart: 1 is edge to edge. */
function closest(places: PlacedCodes["places"]): number {
  const gaps = places.flatMap(([x, y], i) =>
    places.slice(i + 1).map(([a, b]) => Math.max(Math.abs(x - a), Math.abs(y - b))),
  );
  return Math.min(...gaps);
}

describe("what is decoded", () => {
  test("of the circle goes round it at equal angles, no image on another", () => {
    const walk = circleCodes(12);
    const rows = rowsOf(walk);
    rows.forEach(([x = 0, y = 0], i) => {
      expect(Math.hypot(x, y)).toBeCloseTo(1, 6); // float32
      const [px, py] = walk.places[i] ?? [0, 0];
      expect(Math.atan2(py, px)).toBeCloseTo(Math.atan2(y, x), 6);
    });
    expect(rows[3]?.[1]).toBeCloseTo(1, 6);
    for (const count of [3, 8, 12, 40]) expect(closest(circleCodes(count).places)).toBeGreaterThan(1 - 1e-9);
  });

  test("of the sphere has length 1, the front left of the back, meeting at the edge", () => {
    const { codes, places } = sphereCodes(10);
    const rows = rowsOf({ codes, places });
    for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
    rows.forEach(([, , z = 0], i) => expect((places[i]?.[0] ?? 0) < 10).toBe(z > 0));
    expect(closest(places)).toBe(1);
    // The right edge of the front and the left edge of the back are the same places of the sphere.
    const front = rows.filter(([, , z = 0]) => z > 0).sort((a, b) => (b[0] ?? 0) - (a[0] ?? 0))[0] ?? [];
    const back = rows.filter((_, i) => (places[i]?.[0] ?? 0) === 11).find((row) => row[1] === front[1]) ?? [];
    expect(back[0]).toBeCloseTo(front[0] ?? 0, 6);
  });

  test("of the simplex adds up to 1, its corners at the triangle's corners", () => {
    const walk = triangleCodes(5);
    const rows = rowsOf(walk);
    expect(rows).toHaveLength(15);
    for (const row of rows) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    expect([rows[0], rows[10], rows[14]]).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(
      [walk.places[0], walk.places[10], walk.places[14]].map((place) => place?.map((v) => v + 0)),
    ).toEqual([
      [0, 0],
      [-2, -4],
      [2, -4],
    ]);
    expect(closest(walk.places)).toBe(1);
  });
});

test("codes on a sphere are mapped to two discs, shares to a triangle", () => {
  const sphere = tensor("float32", [3, 3], Float32Array.of(0.5, 0, 0.5, 0.5, 0, -0.5, 0, 2, 0));
  const half = Math.SQRT1_2;
  [half, 0, 2.2 - half, 0, 0, 1].forEach((value, i) =>
    expect(sphereMap(sphere).data[i]).toBeCloseTo(value, 6),
  );
  const corners = tensor("float32", [3, 3], Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
  [0, Math.sqrt(3) / 2, -0.5, 0, 0.5, 0].forEach((value, i) =>
    expect(triangleMap(corners).data[i]).toBeCloseTo(value, 6),
  );
});

test("placed images lie where they are told, up is up", () => {
  const images = tensor("uint8", [2, 1, 1], Uint8Array.of(100, 200));
  const places = [
    [0, 0],
    [1, 2],
  ] as const;
  const { width, height, data } = placedImages(images, { shape: [1, 1], places });
  expect([width, height]).toEqual([2 + 8, 3 + 8]);
  expect(data[4 * 10 + 5]).toBe(200);
  expect(data[6 * 10 + 4]).toBe(100);
  expect(() => placedImages(images, { shape: [1, 1], places: [[0, 0]] })).toThrow(/2 images but 1 places/);
  expect(() => placedImages(tensor("uint8", [1, 3]), { shape: [3], places: [[0, 0]] })).toThrow(/table/);
});
