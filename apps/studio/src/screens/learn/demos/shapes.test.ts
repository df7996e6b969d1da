import { expect, test } from "vitest";
import { heart } from "./shapes";

test("the heart is about as wide as the standard normal, and the same on both sides", () => {
  const points = heart();
  expect(points).toHaveLength(800);
  const xs = Array.from({ length: 400 }, (_, i) => points[2 * i] as number);
  expect(Math.max(...xs)).toBeCloseTo(2, 2);
  expect(xs.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 4);
});
