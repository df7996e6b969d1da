import { describe, expect, test } from "vitest";
import type { LatentPart, PartKind } from "../model/space";
import { ballChart, turned, unturned } from "./ball";
import type { Chart } from "./chart";
import { planeChart } from "./plane";
import { ringChart } from "./ring";
import { triangleChart } from "./triangle";

const part = (kind: PartKind, size: number, group = 1): LatentPart => ({
  name: kind,
  family: kind,
  kind,
  start: 0,
  size,
  range: [-3, 3],
  group,
});

const square = planeChart(
  {
    part: part("plane", 3),
    dims: [0, 2],
    ranges: [
      [-3, 3],
      [-1, 1],
    ],
    tiles: 4,
  },
  Float32Array.of(0, 7, 0),
);
const somewhere = turned(unturned, 0.7, -0.4);
const charts: readonly (readonly [string, Chart, Float32Array])[] = [
  ["plane", square, Float32Array.of(1.5, 7, -0.25)],
  ["ring", ringChart(part("circle", 1), 0, Float32Array.of(0)), Float32Array.of(2.2)],
  [
    "ring of directions",
    ringChart(part("circle", 2, 2), 0, Float32Array.of(1, 0)),
    Float32Array.of(0.6, -0.8),
  ],
  [
    "triangle",
    triangleChart(part("simplex", 3), [0, 1, 2], Float32Array.of(0.2, 0.3, 0.5)),
    Float32Array.of(0.2, 0.3, 0.5),
  ],
  [
    "triangle of four",
    triangleChart(part("simplex", 4), [0, 1, 3], Float32Array.of(0.1, 0.2, 0.4, 0.3)),
    Float32Array.of(0.1, 0.2, 0.4, 0.3),
  ],
  [
    "ball",
    ballChart(part("sphere", 3), [0, 1, 2], unturned, Float32Array.of(0, 0, 1)),
    Float32Array.of(0.48, -0.6, 0.64),
  ],
  [
    "ball turned",
    ballChart(part("sphere", 3), [0, 1, 2], somewhere, Float32Array.of(0, 0, 1)),
    Float32Array.from(somewhere[2]),
  ],
  [
    "ball of four",
    ballChart(part("sphere", 4), [0, 1, 2], unturned, Float32Array.of(0, 0, 0.8, 0.6)),
    Float32Array.of(0, 0.48, 0.64, 0.6),
  ],
];

describe.each(charts)("%s", (_, chart, z) => {
  test("a code's place gives the code again", () => {
    const { x, y, depth } = chart.place(z);
    expect(depth).toBeGreaterThan(0);
    const again = chart.codeAt(x, y, z);
    expect(again).toHaveLength(z.length);
    again?.forEach((value, i) => expect(value).toBeCloseTo(z[i] ?? 0, 5)); // float32
  });

  test("a tile lies where its code is", () => {
    for (const tile of chart.tiles.order) {
      const place = chart.placeTile(tile);
      if (chart.shape === "ring") continue; // pictures lie outside of the ring
      const code = chart.place(chart.tiles.code(tile));
      expect(code.x).toBeCloseTo(place.x, 5);
      expect(code.y).toBeCloseTo(place.y, 5);
    }
    expect(new Set(chart.tiles.order).size).toBe(chart.tiles.order.length);
  });

  test("arrow keys move it to that side", () => {
    const before = chart.place(z);
    const right = chart.place(chart.nudge(z, 1, 0));
    const up = chart.place(chart.nudge(z, 0, 1));
    if (chart.shape === "ring") {
      expect(Math.hypot(right.x - before.x, right.y - before.y)).toBeGreaterThan(0.01);
      return;
    }
    expect(right.x).toBeGreaterThan(before.x);
    expect(up.y).toBeLessThan(before.y);
  });

  test("what is about a code encloses its place", () => {
    const edge = chart.around(z, (a, b) => [0.01, a === b ? 0.01 : 0, 0.01]).map((code) => chart.place(code));
    const here = chart.place(z);
    expect(Math.min(...edge.map(({ x }) => x))).toBeLessThan(here.x);
    expect(Math.max(...edge.map(({ x }) => x))).toBeGreaterThan(here.x);
  });
});

test("coordinates that are not on a plane stay as they are", () => {
  expect(square.codeAt(0.5, 0.5, Float32Array.of(1, 7, 1))?.[1]).toBe(7);
  expect(square.tiles.code(0)[1]).toBe(7);
});

test("a ball stays a rotation over many turns", () => {
  let rotation = unturned;
  for (let i = 0; i < 500; i++) rotation = turned(rotation, 0.31, -0.17);
  const [a, b, c] = rotation;
  const dot = (u: readonly number[], v: readonly number[]): number =>
    u.reduce((sum, value, i) => sum + value * (v[i] ?? 0), 0);
  for (const row of rotation) expect(dot(row, row)).toBeCloseTo(1, 12);
  expect(dot(a, b)).toBeCloseTo(0, 12);
  expect(dot(b, c)).toBeCloseTo(0, 12);
  // Right-handed still: a × b = c.
  expect((a[1] ?? 0) * (b[2] ?? 0) - (a[2] ?? 0) * (b[1] ?? 0)).toBeCloseTo(c[0], 12);
});
