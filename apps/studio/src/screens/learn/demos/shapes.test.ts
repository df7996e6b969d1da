import { expect, test } from "vitest";
import { heart } from "./shapes";

test("the heart is filled, about as wide as the prior's two deviations, and the same on both sides", () => {
  const points = heart();
  expect(points).toHaveLength(1800);
  const xs = Array.from({ length: 900 }, (_, i) => points[2 * i] as number);
  expect(Math.max(...xs)).toBeGreaterThan(2.2);
  expect(Math.max(...xs)).toBeLessThan(2.4);
  expect(Math.abs(xs.reduce((sum, x) => sum + x, 0) / xs.length)).toBeLessThan(0.02);
  const inside = xs.filter((x, i) => Math.hypot(x, points[2 * i + 1] as number) < 1).length;
  expect(inside).toBeGreaterThan(90);
});
