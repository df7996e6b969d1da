import { expect, it } from "vitest";
import type { ModelColumn } from "../../catalogue/index.js";
import { constant } from "../../graph/index.js";
import { numbersOf } from "../../testing/evaluate.js";
import { columnFeatures } from "./features.js";

const columns: readonly ModelColumn[] = [
  { name: "grade", of: "ordinal", size: 3, points: [-1, 0.5, 0], absent: 2 },
  { name: "hour", of: "von-mises" },
  { name: "visits", of: "categorical", size: 2 },
  { name: "visits", of: "poisson", gate: 2 },
  { name: "height", of: "normal" },
  { name: "member", of: "bernoulli", size: 2 },
];

it("what networks see of a row is as described, column by column", async () => {
  const features = columnFeatures(columns);
  const rows = [
    [1, 0.7, 0, 5, -0.3, 1],
    [2, Number.NaN, 1, Number.NaN, Number.NaN, Number.NaN],
  ];
  const { y } = await numbersOf({ y: features.apply(constant(rows, "float64")) });
  // choices; where grade lies; height; visits; hour as sine and cosine; which of height, visits and hour there are
  const expected = [
    [0, 1, 0, 1, 0, 0, 1, 0.5, -0.3, Math.log(6), Math.sin(0.7), Math.cos(0.7), 1, 1, 1],
    [0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ].flat();
  expect(y).toHaveLength(expected.length);
  y.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 12));
  expect(features.size).toBe(15);
  expect(features.owners).toEqual([0, 0, 0, 2, 2, 5, 5, 0, 4, 3, 1, 1, 4, 3, 1]);
  // both numbers of visits are one column of the table
  expect(features.groups).toEqual([0, 0, 0, 2, 2, 4, 4, 0, 3, 2, 1, 1, 3, 2, 1]);
});

it.each([
  ["numbers alone", [{ name: "x", of: "normal" }], [0.5], [0.5, 1]],
  ["choices alone", [{ name: "c", of: "categorical", size: 2 }], [1], [0, 1]],
  ["a single unknown choice", [{ name: "c", of: "categorical", size: 2 }], [Number.NaN], [0, 0]],
] as const)("rows of %s have features too, one row without a batch as well", async (_, of, row, expected) => {
  const { y } = await numbersOf({ y: columnFeatures(of).apply(constant([...row], "float64")) });
  expect(y).toEqual([...expected]);
});
