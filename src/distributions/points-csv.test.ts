import { describe, expect, it } from "vitest";
import { UserError } from "../tensor/index.js";
import { pointsFromCsv } from "./points-csv.js";

const two = [
  [0.5, 0.25],
  [-3, 4],
];

it.each([
  ["commas", "0.5,0.25\n-3,4"],
  ["a heading, spaces, other line ends, blank lines", "x,y\r\n0.5, 0.25\r\n\r\n-3e0 ,+4.\r\n\r\n"],
  ["semicolons", "0.5;0.25\n-3;4"],
  ["decimal commas with semicolons", "x;y\n0,5;,25\n-3,0;4"],
  ["tabs", "x\ty\n.5\t0.25\n-3\t4"],
  ["decimal commas with tabs", "0,5\t0,25\n-3\t4"],
  ["decimal commas in quotes", '"0,5","0,25"\n"-3","4"'],
  ["a semicolon in a comma file's heading", '"x; in metres",y\n0.5,0.25\n-3,4'],
  ["a byte order mark and comments", "\uFEFF# two points\nx,y\n0.5,0.25\n# between\n-3,4\n"],
  ["a line of blanks", "0.5,0.25\n   \n-3,4"],
])("%s", (_, text) => {
  expect(pointsFromCsv(text)).toEqual(two);
});

it("one coordinate a line", () => {
  expect(pointsFromCsv("z\n1\n2\n")).toEqual([[1], [2]]);
});

describe("refused, by line and column", () => {
  it.each([
    ["nan,0.5\n1,2", /line 1 of the CSV, column 1: is nan; remove the line or fill in a number/],
    [",0.5\n1,2", /line 1 of the CSV, column 1: is empty/],
    ["x,0.5\n1,2", /line 1 of the CSV, column 1: "x" is no number/],
    ["inf;0,5\n1;2", /line 1 of the CSV, column 1: is inf/],
    ["x,y\n\n1,NA", /line 3 of the CSV, column 2: is NA/],
    ["x,y\n1,two", /line 2 of the CSV, column 2: "two" is no number; correct it or remove/],
    ["# c\n1,2\n\n3,4,5", /line 4 of the CSV has 3 values and the first point 2/],
    ["1,2\n3", /line 2 of the CSV has 1 values and the first point 2/],
    ["1,1e999", /line 1 of the CSV, column 2: "1e999" is too large/],
    ["0x10,1", /line 1 of the CSV, column 1: "0x10" is no number/],
    ["x,y\n", /no rows of numbers; write a point a line/],
    ["", /no rows of numbers/],
    ['1,"2\n3,4', /not a readable CSV/],
  ])("%j", (text, message) => {
    expect(() => pointsFromCsv(text)).toThrow(UserError);
    expect(() => pointsFromCsv(text)).toThrow(message);
  });

  it("its advice helps", () => {
    expect(pointsFromCsv("1,2")).toEqual([[1, 2]]);
    expect(pointsFromCsv("0.1,0.5\n1,2")).toEqual([
      [0.1, 0.5],
      [1, 2],
    ]);
    expect(pointsFromCsv("0.5,0.25")).toEqual([[0.5, 0.25]]);
  });
});
