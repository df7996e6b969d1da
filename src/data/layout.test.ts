import { describe, expect, it } from "vitest";
import { UserError } from "../tensor/index.js";
import { planLayout, turnChannelsLast } from "./layout.js";

describe("planLayout", () => {
  it.each([
    [[28, 28], [28, 28], false],
    [[784], [784], false],
    [[1, 28, 28], [28, 28, 1], true],
    [[3, 32, 20], [32, 20, 3], true],
    [[4, 8, 8], [8, 8, 4], true],
    [[32, 32, 1], [32, 32, 1], false],
    [[32, 32, 3], [32, 32, 3], false],
    [[32, 32, 4], [32, 32, 4], false],
    [[32, 32, 2], [32, 32, 2], false],
  ])("%j becomes %j", (shape, out, turned) => {
    expect(planLayout(shape, undefined, "x")).toMatchObject({ shape: out, turned });
  });

  it("refuses what can't be told, and its advice helps", () => {
    const plan = (layout?: "channels-first" | "channels-last") => planLayout([3, 8, 4], layout, "x.npy");
    expect(() => plan()).toThrow(UserError);
    expect(() => plan()).toThrow(/x\.npy: .*\[3, 8, 4\].*"channels-first" or "channels-last"/);
    expect(plan("channels-first")).toMatchObject({ shape: [8, 4, 3], turned: true });
    expect(plan("channels-last")).toMatchObject({ shape: [3, 8, 4], turned: false });
    expect(planLayout([3, 8, 4], undefined, "x", true)).toMatchObject({ turned: false });
  });

  it("does as told, and says what comes of it", () => {
    expect(planLayout([2, 8, 8], "channels-first", "x").shape).toEqual([8, 8, 2]);
    expect(planLayout([3, 8, 8], "channels-last", "x").shape).toEqual([3, 8, 8]);
    expect(planLayout([3, 8, 9], undefined, "x").notes).toEqual([
      expect.stringMatching(/turned to \[8, 9, 3\]/),
    ]);
    expect(planLayout([8, 8, 12], undefined, "x").notes).toEqual([
      expect.stringMatching(/12 channels.*heat maps/),
    ]);
    expect(() => planLayout([8, 8, 3], "first" as never, "x")).toThrow(/layout must be channels-first or/);
    expect(() => planLayout([2, 8, 8, 3], "channels-first", "x")).toThrow(/three dimensions/);
  });
});

it("turnChannelsLast moves each number to its place", () => {
  const [c, h, w] = [3, 2, 4];
  const data = Float32Array.from({ length: 2 * c * h * w }, (_, i) => i);
  const before = data.slice();
  turnChannelsLast(data, [h, w, c]);
  for (let n = 0; n < 2; n++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++)
        for (let k = 0; k < c; k++)
          expect(data[((n * h + y) * w + x) * c + k]).toBe(before[((n * c + k) * h + y) * w + x]);
});
