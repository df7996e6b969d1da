import type { ColumnDistribution } from "latent/web";
import { expect, test } from "vitest";
import { columnShapes, drawingOf } from "./columns";

const column = { name: "a", kind: "number", missing: 0.2 } as const;
const numbers = {
  mean: 4,
  deviation: 1,
  quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map((level) => ({
    level,
    value: 2 + 4 * level,
    text: `${level}`,
  })),
  density: { x: [2, 4, 6], y: [0.1, 0.4, 0.1] },
};

test("numbers keep one axis all over the latent space, few values one order", () => {
  const values = Array.from({ length: 20 }, (_, i) => [i, i % 3 === 0 ? null : i % 3]);
  const cells = values.map((row) => row.map(String));
  const shapes = columnShapes(["a", "b"], values, cells);
  expect(shapes.get("a")).toEqual({ kind: "numbers", low: 0, high: 19 });
  expect(shapes.get("b")).toEqual({ kind: "values", texts: ["1", "2"] });
});

test("a density lies on its column's axis, with its median and its middle half", () => {
  const drawing = drawingOf({ ...column, numbers }, { kind: "numbers", low: 0, high: 8 }, String);
  expect(drawing).toMatchObject({
    kind: "curve",
    ends: ["0", "8"],
    curve: [
      [0.25, 0.25],
      [0.5, 1],
      [0.75, 0.25],
    ],
    quarters: [0.375, 0.5, 0.625],
  });
});

test("dates, whose numbers have no axis of their own here, tell their quantiles", () => {
  const drawing = drawingOf({ ...column, numbers }, { kind: "values", texts: ["x"] }, String);
  expect(drawing).toMatchObject({ kind: "curve", ends: ["0.05", "0.95"] });
});

test("bars, the missing and the rest are all there is", () => {
  const choices = [
    { text: "red", probability: 0.5 },
    { text: "blue", probability: 0.2 },
    { text: "odd", probability: 0.1 },
  ];
  const told: ColumnDistribution = { ...column, choices };
  const drawing = drawingOf(told, { kind: "values", texts: ["blue", "red", "green"] }, String);
  expect(drawing).toMatchObject({
    kind: "bars",
    bars: [
      { text: "blue", share: 0.2 },
      { text: "red", share: 0.5 },
      { text: "green", share: 0 },
    ],
  });
  expect((drawing as { rest: number }).rest).toBeCloseTo(0.1, 12);
});
