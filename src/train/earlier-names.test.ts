import { expect, test } from "vitest";
import { withTodaysNames } from "./earlier-names.js";

test("measures of a saved run are found under today's names", () => {
  const saved = { history: [{ train: { msePerPixel: 0.5, kl: 1 }, evaluation: { msePerPixel: 0.25 } }] };
  expect(withTodaysNames({ ...saved, best: null, seen: 3, sums: { msePerPixel: 2 } })).toEqual({
    history: [{ train: { mse: 0.5, kl: 1 }, evaluation: { mse: 0.25 } }],
    best: null,
    seen: 3,
    sums: { mse: 2 },
  });
});
