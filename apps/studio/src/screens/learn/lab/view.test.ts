import { describe, expect, test } from "vitest";
import { between, extentOf, normalPair, seen } from "./view";

/** A generator of its own, so that what is drawn stays the same. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

describe("extentOf", () => {
  test("is a round number that holds the codes", () => {
    expect(extentOf([0.1, -2.5, 1])).toBe(3);
    expect(extentOf([0.1, -13, 9])).toBe(15);
    expect(extentOf([90, -99])).toBe(150);
  });
  test("is at least what is asked for, also without codes", () => {
    expect(extentOf([0.0001, 0.0002], 3)).toBe(3);
    expect(extentOf([], 1)).toBe(1);
  });
  test("leaves out the farthest few of many", () => {
    const codes = Array.from({ length: 1000 }, (_, i) => (i === 0 ? 1000 : 1));
    expect(extentOf(codes)).toBe(1.5);
  });
});

test("codes move in a straight line from look to look, and jump where there are others", () => {
  expect([...between([0, 2], Float32Array.of(1, 4), 0.5)]).toEqual([0.5, 3]);
  expect([...between([0], Float32Array.of(1, 4), 0.5)]).toEqual([1, 4]);
  expect([...between([0, 2], Float32Array.of(1, 4), 1)]).toEqual([1, 4]);
});

test("a turn keeps distances", () => {
  const [x, y, depth] = seen([0.36, 0.48, 0.8], 1.2);
  expect(Math.hypot(x, y, depth)).toBeCloseTo(1, 12);
  expect(seen([1, 0, 0], 0, 0)).toEqual([1, 0, 0]);
});

test("draws of the normal distribution have mean 0 and deviation 1", () => {
  const random = generator(3);
  const draws = Array.from({ length: 4000 }, () => normalPair(random)).flat();
  const mean = draws.reduce((sum, each) => sum + each, 0) / draws.length;
  const square = draws.reduce((sum, each) => sum + each * each, 0) / draws.length;
  expect(Math.abs(mean)).toBeLessThan(0.04); // 3.5 standard errors of 8,000 draws
  expect(Math.abs(square - 1)).toBeLessThan(0.06);
});
