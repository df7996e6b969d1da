import { describe, expect, it } from "vitest";
import { balancedOrder, requireBalance } from "./balanced.js";

const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 90 ? 0 : i < 97 ? 1 : 2));
const all = (seed: number, epoch: number, of = labels, by: "classes" | "labels" = "classes"): number[] => [
  ...balancedOrder(by, seed, epoch, of).slice(0, of.length),
];
const counts = (rows: readonly number[], of = labels): number[] =>
  [0, 1, 2].map((label) => rows.filter((row) => of[row] === label).length);

describe("a balanced order", () => {
  it("has all classes equally often, and no example of one much more often than another", () => {
    for (const epoch of [0, 1, 2, 3]) {
      const rows = all(1, epoch);
      expect(counts(rows).sort()).toEqual([33, 33, 34]);
      const times = new Map<number, number>();
      for (const row of rows) times.set(row, (times.get(row) ?? 0) + 1);
      for (const label of [0, 1, 2]) {
        const own = [...labels.keys()]
          .filter((row) => labels[row] === label)
          .map((row) => times.get(row) ?? 0);
        expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
      }
    }
  });

  it("is a function of seed and epoch, takes all examples in the long run, and gives the odd place to each class", () => {
    expect(all(1, 5)).toEqual(all(1, 5));
    expect(all(1, 5)).not.toEqual(all(1, 6));
    expect(all(1, 5)).not.toEqual(all(2, 5));
    const epochs = Array.from({ length: 12 }, (_, epoch) => all(3, epoch));
    expect(new Set(epochs.flat()).size).toBe(100);
    const odd = new Set(epochs.map((rows) => counts(rows).indexOf(34)));
    expect(odd.size).toBe(3);
    // mixed, not class by class
    expect(
      new Set(
        all(1, 0)
          .slice(0, 10)
          .map((row) => labels[row]),
      ).size,
    ).toBe(3);
  });

  it("takes each example without a label once, and deals the other places out", () => {
    const some = labels.map((label, i) => (i % 2 === 0 ? label : -1));
    const rows = all(4, 0, some);
    const unknown = rows.filter((row) => some[row] === -1);
    expect(unknown).toHaveLength(50);
    expect(new Set(unknown).size).toBe(50);
    expect(counts(rows, some).sort()).toEqual([16, 17, 17]);
  });

  it("by labels, gives half of the places to the labelled ones, of all classes", () => {
    const few = labels.map((label, i) => (i % 10 === 0 || i > 96 || i === 91 ? label : -1));
    const epochs = [0, 1].map((epoch) => all(4, epoch, few, "labels"));
    for (const rows of epochs) {
      const unknown = rows.filter((row) => few[row] === -1);
      expect([unknown.length, new Set(unknown).size]).toEqual([50, 50]);
      expect(counts(rows, few).sort()).toEqual([16, 17, 17]);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
    // where all are labelled there is nothing to halve
    expect(all(1, 2, labels, "labels")).toEqual(all(1, 2));
  });

  it("is refused where there is nothing to balance by", () => {
    expect(() => requireBalance({ balance: "classes", shuffle: "full" }, undefined, "data")).toThrow(
      "balance: data has no labels",
    );
    expect(() =>
      requireBalance({ balance: "classes", shuffle: "full" }, Int32Array.of(-1, -1), "data"),
    ).toThrow("has no labels");
    requireBalance({ balance: "none", shuffle: "blocks" }, undefined, "data");
  });
});
