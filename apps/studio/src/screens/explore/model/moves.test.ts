import { expect, test } from "vitest";
import { chosen, largest, moved, nearestRow, wrapped } from "./moves";
import { between, combined, onArc } from "./paths";
import type { LatentPart, PartKind } from "./space";

const part = (kind: PartKind, size: number, group = 1): LatentPart => ({
  name: kind,
  family: kind,
  kind,
  start: 0,
  size,
  range: [-3, 3],
  group,
});
const length = (z: Float32Array): number => Math.hypot(...z);
const total = (z: Float32Array): number => z.reduce((sum, value) => sum + value, 0);

test("a coordinate of a plane moves alone", () => {
  expect([...moved(Float32Array.of(1, 2, 3), part("plane", 3), new Map([[1, -4]]))]).toEqual([1, -4, 3]);
});

test("codes of a sphere keep the length 1, whichever coordinates are set", () => {
  const z = Float32Array.of(0.6, 0, 0.8, 0);
  for (const values of [
    new Map([[0, 0.9]]),
    new Map([[1, -1]]),
    new Map([
      [0, 5],
      [1, 5],
      [2, 5],
      [3, 5],
    ]),
  ]) {
    expect(length(moved(z, part("sphere", 4), values))).toBeCloseTo(1, 6); // float32
  }
  // All others are 0: they share what is left.
  const next = moved(Float32Array.of(1, 0, 0), part("sphere", 3), new Map([[0, 0.6]]));
  expect([...next].map((value) => value.toFixed(4))).toEqual(["0.6000", "0.5657", "0.5657"]);
});

test("shares add up to 1 and are never below 0", () => {
  const z = Float32Array.of(0.2, 0.3, 0.5);
  for (const values of [
    new Map([[0, 0.9]]),
    new Map([[1, 1.5]]),
    new Map([
      [0, -1],
      [1, 0.3],
      [2, 0.1],
    ]),
  ]) {
    const next = moved(z, part("simplex", 3), values);
    expect(total(next)).toBeCloseTo(1, 6);
    expect(Math.min(...next)).toBeGreaterThanOrEqual(0);
  }
});

test("angles go round", () => {
  expect(wrapped(3.5)).toBeCloseTo(3.5 - 2 * Math.PI, 12);
  expect(moved(Float32Array.of(0), part("circle", 1), new Map([[0, 4]]))[0]).toBeCloseTo(4 - 2 * Math.PI, 6);
});

test("a choice is one 1 among zeros", () => {
  const z = chosen(Float32Array.of(0.2, 0.5, 0.3, 7), 0, 3, 2);
  expect([...z]).toEqual([0, 0, 1, 7]);
  expect(largest(z, 0, 3)).toBe(2);
  expect(nearestRow(Float32Array.of(0.9, 1.2), 0, 2, Float32Array.of(0, 0, 1, 1, 5, 5))).toBe(1);
});

test("a great arc keeps the length and meets both ends", () => {
  const [a, b] = [Float32Array.of(2, 0, 0), Float32Array.of(0, 2, 0)];
  expect([...onArc(a, b, 0)]).toEqual([2, 0, 0]);
  expect(onArc(a, b, 1)[1]).toBeCloseTo(2, 6);
  expect([...onArc(a, b, 0.5)].map((value) => value.toFixed(5))).toEqual(["1.41421", "1.41421", "0.00000"]);
});

test("each part goes its own way between two codes", () => {
  const [a, b] = [Float32Array.of(3, 1), Float32Array.of(-3, 0)];
  const halfway = between([part("circle", 1), { ...part("plane", 1), start: 1 }], a, b, 0.5, "linear");
  expect(Math.abs(halfway[0] ?? 0)).toBeCloseTo(Math.PI, 5); // the short way, through π
  expect(halfway[1]).toBe(0.5);
  const onSphere = between([part("sphere", 2)], Float32Array.of(1, 0), Float32Array.of(0, 1), 0.5, "linear");
  expect(length(onSphere)).toBeCloseTo(1, 6);
});

test("sums of codes come back to where codes are", () => {
  const terms = (codes: readonly Float32Array[]) =>
    codes.map((code, i) => ({ code, factor: i === 1 ? -1 : 1 }));
  const three = [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0), Float32Array.of(0, 0, 1)];
  expect([...combined([part("plane", 3)], terms(three))]).toEqual([1, -1, 1]);
  expect(length(combined([part("sphere", 3)], terms(three)))).toBeCloseTo(1, 6);
  const shares = combined([part("simplex", 3)], terms(three));
  expect(total(shares)).toBeCloseTo(1, 6);
  expect(Math.min(...shares)).toBe(0);
  expect([...combined([part("bits", 3)], terms(three))]).toEqual([1, 0, 1]);
});
