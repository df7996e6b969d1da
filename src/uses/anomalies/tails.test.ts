import { expect, test } from "vitest";
import { RandomStream } from "../../tensor/index.js";
import { logLowerTail, logTwoSidedTail, logUpperTail, quantile, tailsOf } from "./tails.js";

const draws = new RandomStream(1, "tails").normal(new Float64Array(20_000), 0);
const tails = tailsOf(draws);

test("tail probabilities are those of the distribution", () => {
  // 20,000 draws: the share above x has a standard deviation of at most 0.0035
  for (const [x, upper] of [
    [0, 0.5],
    [1, 0.15866],
    [2, 0.02275],
  ] as const) {
    expect(Math.exp(logUpperTail(tails, x))).toBeCloseTo(upper, 1.8);
    expect(Math.exp(logLowerTail(tails, -x))).toBeCloseTo(upper, 1.8);
    expect(Math.exp(logTwoSidedTail(tails, x))).toBeCloseTo(2 * upper, 1.6);
  }
});

test("beyond all that was seen, larger values stay less probable", () => {
  const values = [3, 4, 5, 8, 20, 1000];
  const logs = values.map((value) => logUpperTail(tails, value));
  logs.slice(1).forEach((log, i) => expect(log).toBeLessThan(logs[i] ?? Number.NaN));
  const below = values.map((value) => logTwoSidedTail(tails, -value));
  below.slice(1).forEach((log, i) => expect(log).toBeLessThan(below[i] ?? Number.NaN));
  expect(logUpperTail(tails, Infinity)).toBe(-Infinity);
  expect(logUpperTail(tails, Number.NaN)).toBeNaN();
});

test("the same score of all usual examples is typical, all others are not", () => {
  const same = tailsOf([2, 2, 2, 2]);
  expect(logTwoSidedTail(same, 2)).toBe(0);
  expect(logTwoSidedTail(same, 3)).toBeLessThan(Math.log(0.3));
  expect(logTwoSidedTail(same, 1)).toBeLessThan(Math.log(0.3));
});

test("scores that are not finite are left out, and none at all are refused", () => {
  expect(tailsOf([1, Number.NaN, 2, Infinity]).sorted).toEqual(Float64Array.of(1, 2));
  expect(() => tailsOf([Number.NaN])).toThrow("no finite scores");
  expect(quantile([0, 10], 0.25)).toBe(2.5);
});
