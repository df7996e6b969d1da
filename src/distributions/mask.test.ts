import { describe, expect, test } from "vitest";
import { UserError } from "../tensor/index.js";
import { pointsFromMask, priorFromMask } from "./mask.js";

/** A drawing of bytes out of lines of text: `#` is ink, `+` half of it. */
function drawn(...lines: readonly string[]): { width: number; height: number; data: Uint8Array } {
  const data = Uint8Array.from(lines.join(""), (letter) => (letter === "#" ? 255 : letter === "+" ? 128 : 0));
  return { width: lines[0]?.length ?? 0, height: lines.length, data };
}

/** The same as red, green, blue and alpha of one colour. */
function coloured(
  mask: ReturnType<typeof drawn>,
  [r, g, b]: readonly [number, number, number],
): { width: number; height: number; data: Uint8ClampedArray } {
  const data = new Uint8ClampedArray(4 * mask.data.length);
  mask.data.forEach((alpha, i) => data.set([r, g, b, alpha], 4 * i));
  return { ...mask, data };
}

describe("points of a drawing", () => {
  test("lie in its ink: the centre is 0, y goes up, the longer side spans -extent to extent", () => {
    const points = pointsFromMask(drawn("#...", "...."), { count: 500, extent: 4 });
    expect(points).toHaveLength(500);
    for (const [x, y] of points) {
      expect(x).toBeGreaterThanOrEqual(-4);
      expect(x).toBeLessThanOrEqual(-2);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(2);
    }
    const mean = points.reduce(([a, b], [x, y]) => [a + x / 500, b + y / 500], [0, 0]);
    expect(mean[0]).toBeCloseTo(-3, 0);
    expect(mean[1]).toBeCloseTo(1, 0);
  });

  test("are as many in a place as there is ink", () => {
    const points = pointsFromMask(drawn("#.+."), { count: 3000 });
    const left = points.filter(([x]) => x < 0).length;
    // 255 and 128 of 383 parts; systematic sampling is off by one at most
    expect(Math.abs(left - (3000 * 255) / 383)).toBeLessThanOrEqual(1);
  });

  test("are the same for the same seed, and others for another", () => {
    const mask = drawn(".##.", "####");
    expect(pointsFromMask(mask, { seed: 3 })).toEqual(pointsFromMask(mask, { seed: 3 }));
    expect(pointsFromMask(mask, { seed: 3 })).not.toEqual(pointsFromMask(mask, { seed: 4 }));
  });

  test("of a canvas: alpha is the ink, whatever the colour; of an opaque picture the dark", () => {
    const mask = drawn("#...", "..#.");
    expect(pointsFromMask(coloured(mask, [255, 255, 255]))).toEqual(pointsFromMask(mask));
    const paper = coloured(drawn("####", "####"), [255, 255, 255]);
    paper.data.set([0, 0, 0], 0);
    expect(pointsFromMask(paper).every(([x, y]) => x <= -1 && y >= 0)).toBe(true);
    expect(pointsFromMask(paper, { ink: "light" }).some(([x]) => x > 0)).toBe(true);
  });

  test("an empty drawing and a wrong length are refused", () => {
    expect(() => pointsFromMask(drawn("...."))).toThrow(/the drawing is empty/);
    expect(() => pointsFromMask({ width: 2, height: 2, data: [1, 2, 3] })).toThrow(
      /1 or 4 bytes a pixel, at least one pixel; data has 3 bytes/,
    );
    expect(() => pointsFromMask(drawn("#"), { count: 0 })).toThrow(UserError);
  });
});

test("a prior of a drawing is samples, and a model can be saved with it", () => {
  const prior = priorFromMask(drawn("##"), { count: 10, jitter: 0.1 });
  expect(prior.name).toBe("samples");
  expect(prior.config.jitter).toBe(0.1);
  expect(prior.config.points).toHaveLength(10);
});
