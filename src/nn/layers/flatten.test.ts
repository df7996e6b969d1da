import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { flatten } from "./flatten.js";

it("flatten makes a vector of each example, row by row", async () => {
  await agrees(flatten(), (x) => x, { shapes: [[5], [2, 3], [2, 1, 3]] });
  expect(flatten().build([2, 1, 3]).outShape).toEqual([6]);
});
