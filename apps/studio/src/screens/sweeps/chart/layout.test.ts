import { expect, test } from "vitest";
import type { Axis, Trial } from "../../../lib/sources/sweeps";
import { distanceTo, layoutOf, lineOf, placeAt, pointAt, shortName, stopsOf } from "./layout";

const axis = (path: string): Axis => ({
  ...{ name: path, path, scale: "linear", whole: false, from: 0, to: 10, options: [] },
});
const axes = [axis("a"), axis("b"), axis("c")];
const trial: Trial = {
  ...{ trial: 0, state: "complete", reason: "", epochs: 1, value: 5, spread: null, seconds: 1, runs: [] },
  point: { a: 0, c: 10 },
};
const range = { low: 0, high: 10, cut: false };

test("axes stand beside each other where there is room, else below each other", () => {
  const wide = layoutOf(900, 4);
  const tall = layoutOf(340, 4);
  expect([wide.tall, tall.tall]).toEqual([false, true]);
  for (const layout of [wide, tall]) {
    expect(placeAt(layout, pointAt(layout, 2, 0.3))).toBeCloseTo(0.3, 12);
    const [x, y] = pointAt(layout, 3, 1);
    expect(x).toBeLessThanOrEqual(layout.width);
    expect(y).toBeLessThanOrEqual(layout.height);
  }
});

test("a line passes an axis by that is of no use to its trial, and is found near its way", () => {
  const layout = layoutOf(900, 4);
  const stops = stopsOf(layout, axes, trial, range);
  expect(stops).toEqual([pointAt(layout, 0, 0), pointAt(layout, 2, 1), pointAt(layout, 3, 0.5)]);
  expect(lineOf(layout, stops)).toMatch(/^M[\d.,]+C[\d., ]+C[\d., ]+$/);
  const [x, y] = pointAt(layout, 1, 0.5);
  expect(distanceTo(layout, stops, [x, y - 7])).toBeCloseTo(7, 9);
  expect(distanceTo(layout, stops, [0, 0])).toBe(Infinity);
});

test("long names lose their first parts", () => {
  expect(shortName("objective.beta-vae.beta", 14)).toBe("beta-vae.beta");
  expect(shortName("reconstruction", 8)).toBe("reconst…");
});
