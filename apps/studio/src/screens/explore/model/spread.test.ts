import { expect, test } from "vitest";
import { ellipseOf, spreadOf, spreadOfParts } from "./spread";

const numbers = (shape: readonly number[], ...data: number[]) => ({ shape, data: Float32Array.from(data) });

test("a normal posterior's variances come of its logarithms", () => {
  const spread = spreadOf("normal", { logVar: numbers([2, 2], 0, Math.log(4), Math.log(9), 0) }, 2);
  expect(spread?.(0, 0, 1).map((v) => Number(v.toFixed(5)))).toEqual([1, 0, 4]);
  expect(spread?.(1, 0, 1)[0]).toBeCloseTo(9, 5);
});

test("a Cholesky factor's product is the covariance", () => {
  const spread = spreadOf("multivariate-normal", { scaleTril: numbers([1, 2, 2], 2, 0, 1, 3) }, 2);
  expect(spread?.(0, 0, 1)).toEqual([4, 2, 10]);
});

test("a Dirichlet distribution's covariance is the textbook's", () => {
  const spread = spreadOf("dirichlet", { concentration: numbers([1, 3], 1, 2, 3) }, 3);
  const [aa, ab, bb] = spread?.(0, 0, 1) ?? [0, 0, 0];
  expect(aa).toBeCloseTo((1 * 5) / (36 * 7), 6);
  expect(ab).toBeCloseTo(-2 / (36 * 7), 6);
  expect(bb).toBeCloseTo((2 * 4) / (36 * 7), 6);
});

test("parts of a product keep to their own coordinates; families that don't tell are unknown", () => {
  const parts = [
    { name: "digit", family: "relaxed-one-hot-categorical", start: 0, size: 3 },
    { name: "style", family: "normal", start: 3, size: 2 },
  ];
  const spread = spreadOfParts(parts, { "style.scale": numbers([1, 2], 0.5, 2) });
  expect(spread?.(0, 3, 4)).toEqual([0.25, 0, 4]);
  expect(spread?.(0, 0, 1)).toEqual([0, 0, 0]);
  expect(spreadOf("cauchy", { scale: numbers([1, 2], 1, 1) }, 2)).toBeUndefined();
});

test("an ellipse's half axes are those of the covariance", () => {
  expect(ellipseOf([4, 0, 1], 2)).toEqual({ rx: 4, ry: 2, angle: 0 });
  const turned = ellipseOf([2.5, 1.5, 2.5], 1);
  expect(turned.rx).toBeCloseTo(2, 12);
  expect(turned.ry).toBeCloseTo(1, 12);
  expect(turned.angle).toBeCloseTo(Math.PI / 4, 12);
});
