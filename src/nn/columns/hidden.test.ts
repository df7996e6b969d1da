import { expect, it } from "vitest";
import type { ModelColumn } from "../../catalogue/index.js";
import { constant, type Expr } from "../../graph/index.js";
import { tensor } from "../../tensor/index.js";
import { numbersOf } from "../../testing/evaluate.js";
import { CheckNoise } from "../check/place.js";
import { columnFeatures } from "./features.js";
import { hiddenAtRandom } from "./hidden.js";

const columns: readonly ModelColumn[] = [
  { name: "a", of: "categorical", size: 3 },
  { name: "b", of: "categorical", size: 2 },
  { name: "b", of: "normal", gate: 1 },
];
const features = columnFeatures(columns);
const n = 4000;
const x = constant(tensor("float64", [n, 3]));

it.each([
  [1, 0.5],
  [0.5, 0.25],
])("hides columns as wholes: of at most %d on average %d", async (most, share) => {
  const noise = new CheckNoise("float64", 3);
  const { shown } = await numbersOf({ shown: hiddenAtRandom(features, x, most, noise) as Expr }, noise.feeds);
  const { size, groups } = features;
  const first = [0, 1].map((group) => groups.indexOf(group));
  let hidden = 0;
  for (let row = 0; row < n; row++) {
    const own = shown.slice(row * size, (row + 1) * size);
    own.forEach((value, i) => expect(value).toBe(own[first[groups[i] as number] as number]));
    hidden += first.filter((place) => own[place] === 0).length;
  }
  expect(Math.abs(hidden / (2 * n) - share)).toBeLessThan(0.025); // more than four standard deviations
});

it("asks for no noise where nothing is to be hidden", () => {
  const noise = new CheckNoise("float64", 3);
  expect(hiddenAtRandom(features, x, 0, noise)).toBeUndefined();
  expect(noise.feeds).toEqual({});
});
