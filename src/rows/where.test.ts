import { describe, expect, it } from "vitest";
import { type FittedTable, fitTable } from "../data/portable.js";
import { givenRow } from "./given.js";
import { requirePossible } from "./possible.js";
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

describe("conditions that no row can meet", () => {
  const many = fitTable(
    {
      version: 1,
      columns: [
        { name: "city", kind: "category" },
        { name: "land", kind: "category" },
        { name: "age", kind: "integer", decimals: 0 },
        { name: "born", kind: "date" },
        { name: "site", kind: "constant" },
        { name: "note", kind: "text" },
        { name: "low", kind: "number", decimals: 1 },
        { name: "high", kind: "number", decimals: 1 },
      ],
      constraints: [
        { type: "together", columns: ["city", "land"] },
        { type: "at-least", a: "high", b: "low" },
      ],
    } as never,
    Array.from({ length: 200 }, (_, i) => ({
      city: ["Rome", "Oslo", "Nice", "Lyon"][i % 4] ?? "",
      land: ["Italy", "Norway", "France", "France"][i % 4] ?? "",
      age: 18 + ((i * 37) % 60),
      born: new Date(86_400_000 * (9000 + 31 * i)).toISOString().slice(0, 10),
      site: "Base",
      note: `row ${i}`,
      low: i / 10,
      high: i / 10 + (i % 7),
    })),
  );
  const check = (text: string): void => requirePossible(many, parseTableWhere(text, many));

  it.each([
    ["age<20 and age>30", /no row can meet "age"<20 and "age">30: they contradict each other/],
    ["age>30 and age<31", /no value of a column of kind integer lies there/],
    ["age=20 and age>30", /they leave no value/],
    ["age=20.5", /they leave no value/],
    ["age=20 and age=21", /they leave no value/],
    ["age in (20, 21) and age!=20 and age!=21", /they leave no value/],
    ["age>200", /what is drawn goes from 18 to 77/],
    ["age=200", /what is drawn goes from 18 to 77/],
    ["born>2050-01-01", /what is drawn goes from 1994-/],
    ["born>2000-01-01 and born<2000-01-02", /lies there/],
    ["city=Rome and city=Oslo", /the column has/],
    ["city!=Rome and city!=Oslo and city!=Nice and city!=Lyon", /the column has Lyon, Nice, Oslo, Rome/],
    ["city=Rome and land=Norway", /no training row has them together/],
    ["city in (Roma, Oslo)", /no training row has "Roma" as "city"; there are Lyon, Nice, Oslo, Rome/],
    ["land=Sweden", /the column has Italy, Norway, France/],
    ["site!=Base", /the column has Base/],
    ["note=hello", /leaves the column out/],
    ["high<3 and high>=3.1", /contradict each other/],
  ])("%s is refused", (text, words) => {
    expect(() => check(text)).toThrow(words);
  });

  it.each([
    "age<20 and age>=18",
    "age>30 and age<32 and age!=33",
    "age in (20, 300)",
    "age>=77",
    "born>=2000-01-01 and born<=2000-01-01",
    "city!=Rome and land!=Norway",
    "city in (Nice, Rome) and land=France",
    "site=Base",
    "high>500",
    "low>=19.9",
  ])("%s is not", (text) => {
    expect(() => check(text)).not.toThrow();
  });
});
