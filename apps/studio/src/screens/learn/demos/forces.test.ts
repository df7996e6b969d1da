import { describe, expect, test } from "vitest";
import { bellPath, density, klParts } from "./bells";
import { follow, klOf, klPull, reconstruction, reconstructionPull, type World } from "./forces";

const settle = (beta: number, from: World = { m: 0.3, s: 0.8 }): World => {
  let world = from;
  for (let i = 0; i < 1500; i++) world = follow(world, beta);
  return world;
};

test("codes far apart leave no doubt, codes on each other all of it", () => {
  expect(reconstruction({ m: 3, s: 0.3 })).toBeCloseTo(0, 6);
  expect(reconstruction({ m: 0, s: 1 })).toBeCloseTo(8 * Math.LN2, 5);
});

test("the KL is zero at the standard normal only, and its parts add up", () => {
  expect(klOf({ m: 0, s: 1 })).toBe(0);
  const { place, width } = klParts(1.5, 0.4);
  expect(place + width).toBeCloseTo(klOf({ m: 1.5, s: 0.4 }), 12);
});

test("forces are what the two terms fall by", () => {
  const world = { m: 0.8, s: 0.6 };
  const h = 1e-5;
  const { place, width } = klPull(world);
  expect(place).toBeCloseTo((klOf({ ...world, m: 0.8 - h }) - klOf({ ...world, m: 0.8 + h })) / (2 * h), 6);
  const wide = (by: number): World => ({ m: 0.8, s: 0.6 * Math.exp(by) });
  expect(width).toBeCloseTo((klOf(wide(-h)) - klOf(wide(h))) / (2 * h), 6);
  const free = reconstructionPull(world);
  expect(free.place).toBeGreaterThan(0);
  expect(free.width).toBeLessThan(0);
});

describe("where the forces come to rest", () => {
  test("without the KL codes run apart and shrink", () => {
    const { m, s } = settle(0);
    expect(m / s).toBeGreaterThan(4);
  });
  test("with both, codes keep apart within the prior", () => {
    const { m, s } = settle(1);
    expect(m).toBeGreaterThan(0.6);
    expect(m).toBeLessThan(1.1);
    expect(s).toBeGreaterThan(0.2);
    expect(s).toBeLessThan(0.7);
  });
  test("with a KL ten times as heavy they collapse onto the prior", () => {
    const { m, s } = settle(10);
    expect(m).toBeLessThan(0.05);
    expect(Math.abs(s - 1)).toBeLessThan(0.02);
  });
});

test("a bell's path stays within its frame", () => {
  const path = bellPath({ from: -4, to: 4, width: 400, foot: 100, height: 200, most: 90 }, 0.3, 0.05);
  const heights = [...path.matchAll(/[\d.]+ (-?[\d.]+)/g)].map(([, y]) => Number(y));
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(10);
  expect(Math.min(...heights)).toBeLessThan(11);
  expect(density(0, 0, 1)).toBeCloseTo(0.398942, 6);
});
