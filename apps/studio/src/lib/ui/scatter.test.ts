import { expect, test } from "vitest";
import { nearest, windowOf } from "./scatter";

test("a window holds nearly all points, and stands still while they move a little", () => {
  const points = Float32Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 5 : -4.9));
  const { x, y } = windowOf(points, 2, [0, 1]);
  expect(x[1]).toBeGreaterThan(5);
  expect(x).toEqual([-x[1], x[1]]);
  expect(y).toEqual(x);
  expect(
    windowOf(
      points.map((value) => value * 1.01),
      2,
      [0, 1],
    ),
  ).toEqual({ x, y });
});

test("a window is never smaller than -3..3, even without points", () => {
  expect(windowOf([], 2, [0, 1]).x).toEqual([-3, 3]);
  expect(windowOf([NaN, NaN, 0.1, 0.1], 2, [0, 1]).x).toEqual([-3, 3]);
});

test("the nearest point, in the two coordinates that are shown", () => {
  const points = [0, 9, 0, 1, 9, 1, 2, 9, 2];
  expect(nearest(points, 3, [0, 2], [1.1, 0.9], 1)).toBe(1);
  expect(nearest(points, 3, [0, 2], [5, 5], 1)).toBeUndefined();
});
