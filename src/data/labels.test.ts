import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/index.js";
import { fromArrays } from "./arrays.js";
import { classCount, hideLabels, learnLabels, requireLabels } from "./labels.js";

const ten = tensor("float32", [10, 2]);
const data = fromArrays({
  name: "ten",
  train: { examples: ten, labels: [0, 0, 0, 0, 0, 0, 1, 1, 2, 2] },
  test: { examples: tensor("float32", [2, 2]), labels: [3, 0] },
  classes: ["a", "b", "c", "d"],
});

describe("labels", () => {
  it("count the classes by their names or else the largest label of any part", () => {
    expect(classCount(data)).toBe(4);
    const { name, train, test } = data;
    const unnamed = fromArrays({
      name,
      train: { examples: train.examples, ...(train.labels && { labels: train.labels }) },
      test: { examples: test.examples, ...(test.labels && { labels: test.labels }) },
    });
    expect(classCount(unnamed)).toBe(4);
    expect(classCount(fromArrays({ train: ten }))).toBeUndefined();
  });

  it("give rates and names", () => {
    expect(learnLabels(data, 4)).toEqual({ rates: [0.6, 0.2, 0.2, 0], names: ["a", "b", "c", "d"] });
  });

  it("of which all but some are hidden, as many of each class, by the seed", () => {
    const few = hideLabels(data, 5, 1).train.labels ?? [];
    expect([0, 1, 2].map((label) => few.filter((one) => one === label).length)).toEqual([2, 2, 1]);
    expect(few.filter((one) => one === -1)).toHaveLength(5);
    few.forEach((label, i) => expect([-1, data.train.labels?.[i]]).toContain(label));
    expect(hideLabels(data, 5, 1).train.labels).toEqual(few);
    expect(hideLabels(data, 5, 2).train.labels).not.toEqual(few);
    // more than a class has: the others make up for it
    const most = hideLabels(data, 9, 1).train.labels ?? [];
    expect(most.filter((one) => one >= 0)).toHaveLength(9);
    expect(data.train.labels).toEqual(Int32Array.of(0, 0, 0, 0, 0, 0, 1, 1, 2, 2));
    expect(() => hideLabels(data, 11, 0)).toThrow("ten has 10 labelled training examples, 11 were asked for");
  });

  it("are required by part and example", () => {
    const need =
      (classes: number, partly = false) =>
      () =>
        requireLabels(data, { classes, partly }, ["train", "test"]);
    expect(need(4)).not.toThrow();
    expect(need(3)).toThrow("ten (test): example 0 has the label 3; the model's classes are 0 to 2");
    const partly = hideLabels(data, 5, 1);
    expect(() => requireLabels(partly, { classes: 4, partly: true }, ["train"])).not.toThrow();
    expect(() => requireLabels(partly, { classes: 4, partly: false }, ["train"])).toThrow(
      /ten \(train\): example \d has no label \(-1\).*--objective m2/,
    );
    expect(() => requireLabels(fromArrays({ train: ten }), { classes: 4, partly: true }, ["test"])).toThrow(
      "has no labels",
    );
  });

  it("may be missing: NaN is -1", () => {
    const { train } = fromArrays({
      train: { examples: ten, labels: [0, Number.NaN, 2, -1, 0, 0, 0, 0, 0, 0] },
      test: ten,
    });
    expect(train.labels?.slice(0, 4)).toEqual(Int32Array.of(0, -1, 2, -1));
  });
});
