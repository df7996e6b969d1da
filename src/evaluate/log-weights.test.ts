import { expect, test } from "vitest";
import { RandomStream } from "../tensor/index.js";
import { LogMean } from "./log-weights.js";

test("the logarithm of the mean weight does not depend on the order, and does not overflow", () => {
  const logs = [...new RandomStream(1, "logs").normal(new Float64Array(500), 0)].map((v) => 40 * v - 2000);
  const top = Math.max(...logs);
  const expected = top + Math.log(logs.reduce((sum, v) => sum + Math.exp(v - top), 0) / logs.length);
  for (const list of [logs, [...logs].sort((a, b) => a - b), [...logs].sort((a, b) => b - a)]) {
    const mean = new LogMean();
    for (const value of list) mean.add(value);
    expect(mean.value).toBeCloseTo(expected, 10);
    expect(mean.meanLog).toBeCloseTo(logs.reduce((a, b) => a + b, 0) / 500, 9);
  }
});

test("the effective number is the count for equal weights and 1 if one outweighs all", () => {
  const equal = new LogMean();
  for (let i = 0; i < 7; i++) equal.add(-100);
  expect(equal.effectiveCount).toBeCloseTo(7, 12);
  const one = new LogMean();
  for (const value of [-900, -100, -800, -Infinity]) one.add(value);
  expect(one.effectiveCount).toBeCloseTo(1, 12);
  expect(one.value).toBeCloseTo(-100 - Math.log(4), 12);
});

test("weights that are no numbers are refused; none but zeros give minus infinity", () => {
  const mean = new LogMean();
  expect(() => mean.add(Number.NaN)).toThrow(RangeError);
  mean.add(-Infinity);
  expect(new LogMean().value).toBeNaN();
});
