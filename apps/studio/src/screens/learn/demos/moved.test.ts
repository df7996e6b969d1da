import { expect, test } from "vitest";
import { meanOf, movedBy } from "./moved";

test("codes that stay have moved by nothing at all", () => {
  expect(movedBy([0.1, 0.2, 3, 4], [0.1, 0.2, 3, 4])).toBe(0);
});
test("is the mean of the distances", () => {
  expect(movedBy([0, 0, 1, 1], [3, 4, 1, 1])).toBe(2.5);
  expect(meanOf([1, 2, 6])).toBe(3);
  expect(meanOf(undefined)).toBeUndefined();
});
