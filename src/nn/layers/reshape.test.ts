import { describe, expect, it } from "vitest";
import { input } from "../../graph/index.js";
import { agrees } from "../../testing/layers.js";
import { evaluationContext } from "../context.js";
import { flatten } from "./flatten.js";
import { reshapeTo } from "./reshape.js";

describe("reshape", () => {
  it("keeps the numbers in their order", () =>
    agrees(reshapeTo([3, 2]), (x) => x, { shapes: [[6], [2, 3]] }));

  it("and back leaves no trace in the graph", () => {
    const x = input("x", "float32", ["batch", 6]);
    const context = evaluationContext({}, "float32");
    const there = reshapeTo([2, 3]).build([6]).apply(x, context);
    expect(there.shape).toEqual(["batch", 2, 3]);
    expect(flatten().build([2, 3]).apply(there, context)).toBe(x);
  });

  it("refuses other numbers of numbers, and lengths below 1", () => {
    expect(() => reshapeTo([4, 2]).build([6])).toThrow(
      "examples of shape [6] don't have the 8 numbers of [4, 2]",
    );
    expect(() => reshapeTo([-1, 2])).toThrow(
      "reshape: each length of shape must be a whole number from 1, got -1",
    );
  });
});
