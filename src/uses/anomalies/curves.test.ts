import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../tensor/index.js";
import { detection, thresholdFor } from "./curves.js";

/** The share of pairs of an anomaly and a usual example that the scores order rightly, ties counted half. */
function pairs(scores: readonly number[], marks: readonly boolean[]): number {
  let [right, all] = [0, 0];
  scores.forEach((a, i) => {
    scores.forEach((b, j) => {
      if (marks[i] !== true || marks[j] === true) return;
      all++;
      right += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  return right / all;
}

describe("detection", () => {
  test("the area under the ROC is the share of pairs in the right order", () => {
    const examples = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), {
      minLength: 2,
      maxLength: 60,
    });
    fc.assert(
      fc.property(examples, (list) => {
        const [scores, marks] = [list.map(([score]) => score), list.map(([, mark]) => mark)];
        fc.pre(marks.includes(true) && marks.includes(false));
        expect(detection(scores, marks).roc.area).toBeCloseTo(pairs(scores, marks), 10);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("curves of a small case by hand", () => {
    const { roc, precisionRecall, anomalies, usual } = detection([4, 3, 2, 1], [1, 0, 1, 0]);
    expect([anomalies, usual]).toEqual([2, 2]);
    expect([...roc.x]).toEqual([0, 0, 0.5, 0.5, 1]);
    expect([...roc.y]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect(roc.area).toBe(0.75);
    expect([...precisionRecall.y]).toEqual([1, 1, 1 / 2, 2 / 3, 1 / 2]);
    expect(precisionRecall.area).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 12);
  });

  test.each([
    ["no anomalies", [1, 2], [0, 0], "none of the 2 examples are anomalies"],
    ["nothing else", [1, 2], [1, 1], "all of the 2 examples are anomalies"],
    ["other lengths", [1, 2], [1], "2 scores but 1 marks"],
    ["NaN", [1, Number.NaN], [1, 0], "example 1 is NaN"],
  ])("refuses %s", (_, scores, marks, words) => {
    expect(() => detection(scores, marks)).toThrow(UserError);
    expect(() => detection(scores, marks)).toThrow(words);
  });
});

test("a threshold lets just so many usual examples through", () => {
  const scores = Array.from({ length: 1000 }, (_, i) => (i * 377) % 1000);
  for (const share of [0, 0.001, 0.01, 0.25, 0.999]) {
    const threshold = thresholdFor(scores, share);
    const above = scores.filter((score) => score > threshold).length;
    expect(above).toBe(Math.round(share * 1000));
  }
  expect(thresholdFor(scores, 1)).toBe(-Infinity);
});
