import { describe, expect, it } from "vitest";
import { parseWhere } from "./where.js";

describe("--where", () => {
  it.each([
    ["label=7", ["7"]],
    ["label == 7", ["7"]],
    [" label = 3, 5 ", ["3", "5"]],
    ["label in (3,5)", ["3", "5"]],
    ["label IN ( 3 , 5 , 8 )", ["3", "5", "8"]],
    ["label=T-shirt/top", ["T-shirt/top"]],
    ["label=Ankle boot", ["Ankle boot"]],
    ['label="salt, pepper"', ["salt, pepper"]],
    ["label in ('a b', \"c,d\", e)", ["a b", "c,d", "e"]],
  ])("reads %s", (text, values) => {
    expect(parseWhere(text)).toEqual({ column: "label", values });
  });

  it.each([
    "label",
    "label=",
    "=7",
    "label>7",
    "label in ()",
    "label=3,,5",
    "",
    "label in (3",
    "label=3 and label=5",
  ])("refuses %j", (text) => {
    expect(() => parseWhere(text)).toThrow("--where");
  });
});
