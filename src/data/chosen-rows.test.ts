import fc from "fast-check";
import { expect, test } from "vitest";
import { ChosenRows } from "./chosen-rows.js";

test("places lead to the chosen numbers in ascending order, and the others to the rest", () => {
  const cases = fc.integer({ min: 1, max: 3000 }).chain((n) =>
    fc.record({
      n: fc.constant(n),
      chosen: fc.uniqueArray(fc.integer({ min: 0, max: n - 1 }), { minLength: 1, maxLength: n }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ n, chosen }) => {
      const rows = ChosenRows.of(n, Int32Array.from(chosen));
      const sorted = [...chosen].sort((a, b) => a - b);
      expect([...rows.at(Int32Array.from(sorted, (_, i) => i))]).toEqual(sorted);
      const inside = new Set(chosen);
      const rest = Array.from({ length: n }, (_, i) => i).filter((i) => !inside.has(i));
      expect([...rows.others().at(Int32Array.from(rest, (_, i) => i))]).toEqual(rest);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test("a place beyond the last is an error", () => {
  expect(() => ChosenRows.of(100, Int32Array.of(3, 99)).find(2)).toThrow(RangeError);
});
