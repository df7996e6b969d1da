import { describe, expect, test } from "vitest";
import { type FittedTable, fitTable, type TableRecord, type TableSchema } from "../data/index.js";
import { cellColumns, centre } from "./cells.js";
import { groupsOf } from "./groups.js";
import { uncertaintyOf } from "./uncertainty.js";

function groupOf(
  columns: TableSchema["columns"],
  constraints: TableSchema["constraints"],
  rows: TableRecord[],
) {
  const [group, ...others] = groupsOf(fitTable({ version: 1, columns, constraints }, rows));
  if (group === undefined || others.length > 0) throw new Error("one group was to be");
  return group;
}

describe("combinations", () => {
  const pairs = [
    ...Array.from({ length: 60 }, () => ({ country: "FR", city: "Paris" })),
    ...Array.from({ length: 30 }, () => ({ country: "FR", city: "Nice" })),
    ...Array.from({ length: 30 }, () => ({ country: "IT", city: "Nice" })),
    ...Array.from({ length: 10 }, () => ({ country: "AQ", city: null })),
  ];
  const group = groupOf(
    [
      { name: "country", kind: "category" },
      { name: "city", kind: "category" },
    ],
    [{ type: "together", columns: ["country", "city"] }],
    pairs,
  );

  test("only draws that agree with what is known are taken", () => {
    const { draws, single, trouble } = group.settle(
      [undefined, "Nice"],
      [
        ["FR", "Paris"],
        ["IT", "Nice"],
      ],
    );
    expect(draws).toEqual([
      ["IT", "Nice"],
      ["IT", "Nice"],
    ]);
    expect(single).toEqual(["IT", "Nice"]);
    expect(trouble).toBeUndefined();
  });

  test("what only one value agrees with is that value", () => {
    expect(group.settle([undefined, "Paris"], [["IT", "Nice"]]).single).toEqual(["FR", "Paris"]);
  });

  test("where no draw agrees, what does is taken as often as training rows have it", () => {
    const drawn = Array.from({ length: 6 }, () => ["IT", "Nice"]);
    const { draws, single, trouble } = group.settle(["FR", undefined], drawn);
    expect(draws.map(([, city]) => city)).toEqual(["Paris", "Paris", "Paris", "Paris", "Nice", "Nice"]);
    expect(single).toEqual(["FR", "Paris"]);
    expect(trouble).toBe("none-drawn");
  });

  test("stays empty where training rows never have a value, and contradictions are told of", () => {
    expect(group.settle(["AQ", undefined], [["FR", "Paris"]]).single).toEqual(["AQ", ""]);
    const strange = group.settle(["XX", undefined], [["FR", "Paris"]]);
    expect(strange.single).toEqual(["XX", "Paris"]);
    expect(strange.trouble).toBe("contradiction");
  });
});

describe("one column never below another", () => {
  const columns: TableSchema["columns"] = [
    { name: "low", kind: "number", decimals: 2 },
    { name: "high", kind: "number", decimals: 0 },
  ];
  const rows = Array.from({ length: 100 }, (_, i) => ({ low: i + 0.25, high: i + 1 + (i % 7) }));
  const group = groupOf(columns, [{ type: "at-least", a: "high", b: "low" }], rows);
  // columns stand as [high, low]

  test("what is drawn above counts from the known value, and rounding keeps the order", () => {
    const { draws, single } = group.settle(
      [undefined, "500.25"],
      [
        ["12", "10.00"],
        ["10", "10.00"],
      ],
    );
    expect(draws).toEqual([
      ["502", "500.25"],
      ["501", "500.25"],
    ]);
    expect(Number(single[0])).toBeGreaterThanOrEqual(500.25);
  });

  test("of draws of the lower those that are not above the known value are taken, else what is as far below", () => {
    const some = group.settle(
      ["10", undefined],
      [
        ["30", "20.50"],
        ["12", "8.00"],
        ["9", "6.00"],
      ],
    );
    expect(some.draws.map(([, low]) => Number(low)).every((low) => low <= 10)).toBe(true);
    const none = group.settle(
      ["-3", undefined],
      [
        ["30", "20.50"],
        ["12", "8.00"],
      ],
    );
    expect(none.draws).toEqual([
      ["-3", "-12.5"],
      ["-3", "-7"],
    ]);
    expect(none.single).toEqual(["-3", "-9.75"]);
    expect(none.trouble).toBe("none-drawn");
  });
});

describe("sums", () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ a: i, b: 2 * i, c: 5, all: 3 * i + 5 }));
  const group = groupOf(
    ["a", "b", "c", "all"].map((name) => ({ name, kind: "count" })),
    [{ type: "sum", of: ["a", "b", "c"], is: "all" }],
    rows,
  );
  const drawn = [
    ["10", "20", "5", "35"],
    ["20", "40", "5", "65"],
  ];

  test("a missing sum, a missing part, and parts that share what is left", () => {
    expect(group.settle(["1", "2", "3", undefined], drawn).single).toEqual(["1", "2", "3", "6"]);
    expect(group.settle(["1", undefined, "3", "100"], drawn).single).toEqual(["1", "96", "3", "100"]);
    const shared = group.settle([undefined, undefined, "5", "100"], drawn);
    expect(shared.single).toEqual(["32", "63", "5", "100"]);
    for (const [a, b] of shared.draws) expect(Number(a) + Number(b)).toBe(95);
  });
});

describe("one value for all draws", () => {
  const fitted: FittedTable = fitTable(
    {
      version: 1,
      columns: [
        { name: "angle", kind: "angle", range: [0, 360], decimals: 0 },
        { name: "day", kind: "date", format: "%d.%m.%Y" },
        { name: "price", kind: "positive", decimals: 2, leastDecimals: 2, decimalMark: ",", suffix: " €" },
        { name: "rooms", kind: "count" },
      ],
      constraints: [],
    },
    Array.from({ length: 90 }, (_, i) => ({
      angle: 4 * i,
      day: `${String((i % 28) + 1).padStart(2, "0")}.03.2024`,
      price: `${i + 1},50 €`,
      rooms: [1, 2, 4][i % 3] ?? 1,
    })),
  );
  const [angle, day, price, rooms] = cellColumns(fitted);
  if (!angle || !day || !price || !rooms) throw new Error("four columns were to be");

  test("is the mean as the column writes it", () => {
    expect(centre(["350", "20"], angle)).toBe("5");
    expect(centre(["01.03.2024", "04.03.2024", "04.03.2024"], day)).toBe("03.03.2024");
    expect(centre(["1,50 €", "2,50 €"], price)).toBe("2,00 €");
    expect(centre(["2", "4", "4"], rooms)).toBe("4");
  });

  test("with deviation and quantiles in the column's own numbers", () => {
    const found = uncertaintyOf("5", ["350", "20"], angle);
    expect(found.deviation).toBeCloseTo(Math.sqrt(2) * 15);
    const days = Array.from({ length: 21 }, (_, i) => `${String(i + 1).padStart(2, "0")}.03.2024`);
    expect(uncertaintyOf("11.03.2024", days, day)).toMatchObject({ low: "02.03.2024", high: "20.03.2024" });
    expect(uncertaintyOf("a", ["a", "b", "a", "a"], { ...rooms, reading: undefined })).toEqual({
      probability: 0.75,
    });
  });
});
