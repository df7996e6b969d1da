import { expect, test } from "vitest";
import { heart } from "./shapes";

test("the heart is filled evenly, and the same on both sides", () => {
  const points = heart();
  expect(points).toHaveLength(1800);
  const xs = Array.from({ length: 900 }, (_, i) => points[2 * i] as number);
  expect(Math.max(...xs)).toBeGreaterThan(2.1);
  expect(Math.max(...xs)).toBeLessThan(2.4);
  expect(Math.abs(xs.reduce((sum, x) => sum + x, 0) / xs.length)).toBeLessThan(0.02);
  // A unit square in its middle holds the share of points that its area is of the heart's, about 1 in 4 * 3.66.
  const within = xs.filter((x, i) => Math.abs(x) < 0.5 && Math.abs(points[2 * i + 1] as number) < 0.5).length;
  expect(Math.abs(within - 900 / (4 * 3.66))).toBeLessThan(6);
});
