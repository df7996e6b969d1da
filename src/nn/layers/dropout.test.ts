import { describe, expect, it } from "vitest";
import { agrees, applied } from "../../testing/layers.js";
import { dropout } from "./dropout.js";

const ones = [Array.from({ length: 4000 }, () => 1)];

describe("dropout", () => {
  it("changes nothing in evaluation", () => agrees(dropout(0.3), (x) => x));

  it.each([0.1, 0.5, 0.9])(
    "sets a share of %d to 0 in training and makes up for it in the rest",
    async (rate) => {
      const { y = [] } = await applied(dropout(rate), ones, "train");
      const kept = y.filter((value) => value !== 0);
      for (const value of kept) expect(value).toBeCloseTo(1 / (1 - rate), 12);
      // five standard errors of a share of 4000
      const error = 5 * Math.sqrt((rate * (1 - rate)) / 4000);
      expect(Math.abs(1 - kept.length / y.length - rate)).toBeLessThan(error);
    },
  );

  it("keeps everything at rate 0, and refuses rates outside 0..1", async () => {
    expect((await applied(dropout(0), [[1, 2]], "train")).y).toEqual([1, 2]);
    for (const rate of [1, -0.1, NaN, "0.5"])
      expect(() => dropout(rate as number)).toThrow("dropout: rate must be a number from 0 and below 1");
  });
});
