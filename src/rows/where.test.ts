import { describe, expect, it } from "vitest";
import { type FittedTable, fitTable } from "../data/portable.js";
import { givenRow } from "./given.js";
import { cellTest, parseTableWhere } from "./where.js";

const table: FittedTable = fitTable(
  {
    version: 1,
    columns: [
      { name: "city", kind: "category" },
      { name: "Body Mass (g)", kind: "integer", decimals: 0 },
      { name: "a=b", kind: "number", decimals: 2 },
    ],
    constraints: [],
  } as never,
  Array.from({ length: 60 }, (_, i) => ({
    city: ["Rome", "Paris", "Lyon and Nice"][i % 3] ?? "",
    "Body Mass (g)": 3000 + 37 * i,
    "a=b": i / 7,
  })),
);

describe("conditions on a table", () => {
  it.each([
    ["city=Rome", [{ column: "city", operator: "=", values: ["Rome"] }]],
    ["city = 'Lyon and Nice'", [{ column: "city", operator: "=", values: ["Lyon and Nice"] }]],
    [
      'city in (Rome, "Lyon and Nice") AND Body Mass (g)>=4000',
      [
        { column: "city", operator: "in", values: ["Rome", "Lyon and Nice"] },
        { column: "Body Mass (g)", operator: ">=", values: ["4000"] },
      ],
    ],
    [
      'city in ("Lyon, Nice",Rome) and city!=L\'Aquila and a=b<1',
      [
        { column: "city", operator: "in", values: ["Lyon, Nice", "Rome"] },
        { column: "city", operator: "!=", values: ["L'Aquila"] },
        { column: "a=b", operator: "<", values: ["1"] },
      ],
    ],
    ['"Body Mass (g)" != 5', [{ column: "Body Mass (g)", operator: "!=", values: ["5"] }]],
    ["a=b<0.5", [{ column: "a=b", operator: "<", values: ["0.5"] }]],
  ])("%s is read", (text, terms) => {
    expect(parseTableWhere(text, table)).toEqual(terms);
  });

  it.each([
    ["", /no condition/],
    ["town=Rome", /no column "town"; did you mean "city"|no column "town"/],
    ["city", /can't read "city"/],
    ["city=", /can't read/],
    ["city=Rome and", /can't read/],
  ])("%j is refused", (text, message) => {
    expect(() => parseTableWhere(text, table)).toThrow(message);
  });

  it("are tested as numbers or texts", () => {
    const holds = (text: string, cell: string): boolean => {
      const [term] = parseTableWhere(text, table);
      if (term === undefined) throw new Error("no term");
      return cellTest(term, table)(cell, cell);
    };
    expect(holds("Body Mass (g)>=4000", "4000")).toBe(true);
    expect(holds("Body Mass (g)<4000", "4000")).toBe(false);
    expect(holds("Body Mass (g)!=4000", "")).toBe(false);
    expect(holds("city in (Rome, Paris)", "Paris")).toBe(true);
    expect(holds("city!=Rome", "Paris")).toBe(true);
    expect(() => holds("city<Rome", "Paris")).toThrow(/only = and !=/);
    expect(() => holds("a=b>x", "1")).toThrow(/"x" is no number/);
  });

  it("say a part of a row, and refuse categories that never were", () => {
    const row = givenRow(table, parseTableWhere("city=Paris and a=b>1", table));
    expect(row[0]).toBeGreaterThanOrEqual(0);
    expect([...row.slice(1)].every(Number.isNaN)).toBe(true);
    expect(() => givenRow(table, parseTableWhere("city=Oslo", table))).toThrow(/no training row has "Oslo"/);
  });
});
