import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRows } from "./decode.js";
import { encodeRows } from "./encode.js";
import { fitTable } from "./fit-table.js";
import type { FittedTable } from "./fitted.js";
import { modelColumns } from "./model-columns.js";
import type { TableRecord } from "./records.js";
import type { TableColumn, TableConstraint, TableSchema } from "./schema.js";
import { knotsOf, numberOf, scoreOf } from "./scores.js";

function schemaOf(
  columns: readonly TableColumn[],
  constraints: readonly TableConstraint[] = [],
): TableSchema {
  return { version: 1, columns, constraints };
}

function cellsOf(table: FittedTable, rows: readonly TableRecord[]): string[][] {
  return decodeRows(table, encodeRows(table, rows)).cells.map((row) => [...row]);
}

const rows = Array.from({ length: 400 }, (_, i) => i);
const spread = (i: number): number => Math.round(1000 * Math.sin(i * 12.9898)) / 10;

interface Case {
  readonly column: Omit<TableColumn, "name">;
  readonly cell: (i: number) => string;
  /** What the model's columns are. */
  readonly of: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  "numbers of many values": {
    column: { kind: "number", decimals: 1 },
    cell: (i) => String(spread(i)),
    of: ["mixture"],
  },
  "numbers of few values": { column: { kind: "number" }, cell: (i) => String((i % 7) / 4), of: ["ordinal"] },
  "integers with zeros": {
    column: { kind: "count" },
    cell: (i) => (i % 3 > 0 ? "0" : String(i * 7)),
    of: ["categorical", "mixture"],
  },
  "numbers that may be missing": {
    column: { kind: "number", decimals: 1, missing: ["NA"] },
    cell: (i) => (i % 9 === 0 ? "NA" : String(spread(i))),
    of: ["categorical", "mixture"],
  },
  normal: {
    column: { kind: "number", decimals: 1, likelihood: "normal" },
    cell: (i) => String(spread(i)),
    of: ["normal"],
  },
  "student-t of what is above 0": {
    column: { kind: "positive", decimals: 2, likelihood: "student-t" },
    cell: (i) => (Math.abs(spread(i)) + 0.25).toFixed(2).replace(/\.?0+$/, ""),
    of: ["student-t"],
  },
  poisson: { column: { kind: "count", likelihood: "poisson" }, cell: (i) => String(i % 11), of: ["poisson"] },
  "negative binomial": {
    column: { kind: "count", likelihood: "negative-binomial" },
    cell: (i) => (i % 10 === 0 ? "" : String(i)),
    of: ["categorical", "negative-binomial"],
  },
  angles: {
    column: { kind: "angle", range: [0, 360], decimals: 0 },
    cell: (i) => String((i * 37) % 360),
    of: ["von-mises"],
  },
  hours: {
    column: { kind: "time", format: "%H:%M", likelihood: "von-mises" },
    cell: (i) => `${String(i % 24).padStart(2, "0")}:${String((i * 7) % 60).padStart(2, "0")}`,
    of: ["von-mises"],
  },
  categories: {
    column: { kind: "category" },
    cell: (i) => ["a", "b, c", "ü"][i % 3] ?? "",
    of: ["categorical"],
  },
  "categories that may be missing": {
    column: { kind: "category" },
    cell: (i) => ["a", "", "b"][i % 3] ?? "",
    of: ["categorical"],
  },
  ranks: {
    column: { kind: "ordinal", categories: ["low", "middle", "high"] },
    cell: (i) => ["low", "middle", "high"][i % 3] ?? "",
    of: ["ordinal"],
  },
  booleans: {
    column: { kind: "boolean", categories: ["yes", "no"] },
    cell: (i) => (i % 4 === 0 ? "yes" : "no"),
    of: ["bernoulli"],
  },
  dates: {
    column: { kind: "date", format: "%d.%m.%Y" },
    cell: (i) =>
      `${String((i % 28) + 1).padStart(2, "0")}.${String((i % 12) + 1).padStart(2, "0")}.${1960 + (i % 90)}`,
    of: ["mixture"],
  },
  "decimal commas": {
    column: { kind: "number", decimalMark: ",", thousands: ".", decimals: 2, leastDecimals: 2 },
    cell: (i) => `${i + 1}.${String((i * 13) % 1000).padStart(3, "0")},${String(i % 100).padStart(2, "0")}`,
    of: ["mixture"],
  },
};

test.each(Object.entries(cases))("%s come out as they went in", (_, { column, cell, of }) => {
  const own = rows.map((i) => ({ x: cell(i) }));
  const table = fitTable(schemaOf([{ name: "x", ...column }]), own);
  expect(modelColumns(table).map((one) => one.of)).toEqual(of);
  expect(cellsOf(table, own)).toEqual(own.map(({ x }) => [x]));
  expect(JSON.parse(JSON.stringify(table))).toEqual(table);
});

test("a choice behind a gate says where it stands, and which choice is that nothing is there", () => {
  const own = rows.map((i) => ({ a: i % 2, x: i % 5 === 0 ? null : i % 3 === 0 ? 0 : spread(i) }));
  const table = fitTable(
    schemaOf([
      { name: "a", kind: "boolean" },
      { name: "x", kind: "number", decimals: 1 },
    ]),
    own,
  );
  expect(modelColumns(table)).toEqual([
    { name: "a", of: "bernoulli", size: 2 },
    { name: "x", of: "categorical", size: 3, absent: 2 },
    { name: "x", of: "mixture", gate: 1 },
  ]);
  expect([...encodeRows(table, [{ a: 0, x: 0 }, { a: 1 }]).map((n) => n)].slice(1, 3)).toEqual([
    1,
    Number.NaN,
  ]);
});

test("numbers are clamped, rounded and in steps", () => {
  const own = rows.map((i) => ({ x: 25 * ((i * 37) % 391) }));
  const table = fitTable(schemaOf([{ name: "x", kind: "integer", decimals: 0 }]), own);
  const wild = Float32Array.from([-50, -1.2345, 0.1, 0.777, 50]);
  const values = decodeRows(table, wild).values.map(([value]) => Number(value));
  expect(values.every((value) => value % 25 === 0)).toBe(true);
  expect([values[0], values[4]]).toEqual([0, 25 * 390]);
});

test("rare categories are one choice, drawn by their frequency with a seed", () => {
  const own = Array.from({ length: 3000 }, (_, i) => ({ c: i < 2000 ? `c${i % 200}` : `rare${i % 500}` }));
  const table = fitTable(schemaOf([{ name: "c", kind: "category" }]), own);
  expect(modelColumns(table)[0]?.size).toBe(201);
  expect([...encodeRows(table, [{ c: "rare7" }, { c: "never seen" }])]).toEqual([200, 200]);
  const draws = (seed: number): string[] =>
    decodeRows(table, new Float32Array(50).fill(200), { seed }).cells.map(([c]) => c ?? "");
  expect(draws(1)).toEqual(draws(1));
  expect(draws(1)).not.toEqual(draws(2));
  expect(draws(1).every((c) => c.startsWith("rare"))).toBe(true);
  const behind = decodeRows(table, new Float32Array(20).fill(200), { seed: 1, first: 30 });
  expect(behind.cells.map(([c]) => c)).toEqual(draws(1).slice(30));
});

test("what training rows don't have is hidden; what can't be read is refused by row and column", () => {
  const table = fitTable(
    schemaOf([
      { name: "c", kind: "category" },
      { name: "x", kind: "number" },
    ]),
    [
      { c: "a", x: 1 },
      { c: "b", x: 2 },
    ],
  );
  expect([...encodeRows(table, [{ c: "z", x: 1 }, { c: "a" }])]).toEqual([Number.NaN, 0, 0, Number.NaN]);
  expect(() =>
    encodeRows(table, [
      { c: "a", x: 1 },
      { c: "a", x: "many" },
    ]),
  ).toThrow(/row 2 has "many" in the column "x"/);
  expect(() => decodeRows(table, [Number.NaN, 0])).toThrow(/row 1 has NaN for the column "c"/);
  expect(() => decodeRows(table, [0, 0, 0])).toThrow(/rows have 2 numbers/);
  expect(() => fitTable(schemaOf([{ name: "x", kind: "number" }]), [{ x: 1 }, { x: "q" }])).toThrow(
    /row 2 has "q"/,
  );
});

describe("constraints hold in every row", () => {
  const noise = (n: number, of: (i: number) => number): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => of(i));

  test("a column determines another", () => {
    const own = rows.map((i) => ({ level: ["low", "mid", "high"][i % 3] ?? "", number: (i % 3) + 1 }));
    const table = fitTable(
      schemaOf(
        [
          { name: "level", kind: "category" },
          { name: "number", kind: "integer" },
        ],
        [{ type: "together", columns: ["level", "number"] }],
      ),
      own,
    );
    expect(modelColumns(table)).toHaveLength(1);
    expect(cellsOf(table, own)).toEqual(own.map(({ level, number }) => [level, String(number)]));
  });

  test("combinations", () => {
    const own = rows.map((i) => ({
      a: ["x", "y", "z"][i % 3] ?? "",
      b: i % 2 === 0 || i % 3 === 0 ? "p" : "",
      c: i % 5,
    }));
    const table = fitTable(
      schemaOf(
        [
          { name: "a", kind: "category" },
          { name: "b", kind: "category" },
          { name: "c", kind: "count" },
        ],
        [{ type: "together", columns: ["a", "b"] }],
      ),
      own,
    );
    expect(modelColumns(table).map(({ size }) => size)).toEqual([5, 5]);
    expect(cellsOf(table, own)).toEqual(own.map(({ a, b, c }) => [a, b, String(c)]));
  });

  test("one is at least another, of dates too", () => {
    const own = rows.map((i) => ({
      from: `2024-01-${String((i % 28) + 1).padStart(2, "0")}`,
      to: `2024-02-${String(((i * 5) % 28) + 1).padStart(2, "0")}`,
      low: spread(i),
      high: spread(i) + (i % 40) / 10,
    }));
    const table = fitTable(
      schemaOf(
        [
          { name: "from", kind: "date" },
          { name: "to", kind: "date" },
          { name: "low", kind: "number", decimals: 1 },
          { name: "high", kind: "number", decimals: 1 },
        ],
        [
          { type: "at-least", a: "to", b: "from" },
          { type: "at-least", a: "high", b: "low" },
        ],
      ),
      own,
    );
    expect(cellsOf(table, own)).toEqual(
      own.map(({ from, to, low, high }) => [from, to, String(low), String(Number(high.toFixed(1)))]),
    );
    const size = modelColumns(table).length;
    const columns = modelColumns(table);
    const drawn = noise(300 * size, (i) => {
      const choices = columns[i % size]?.size;
      return choices === undefined
        ? 3 * Math.sin(i * 78.233)
        : Math.floor(choices * Math.abs(Math.sin(i * 12.9)));
    });
    for (const [from, to, low, high] of decodeRows(table, drawn).values) {
      expect(Number(high)).toBeGreaterThanOrEqual(Number(low));
      expect(String(to) >= String(from)).toBe(true);
    }
  });

  test("parts add up", () => {
    const own = rows.map((i) => ({ a: i % 17, b: (i * 3) % 23, total: (i % 17) + ((i * 3) % 23) }));
    const table = fitTable(
      schemaOf(
        [
          { name: "a", kind: "count" },
          { name: "b", kind: "count" },
          { name: "total", kind: "count", range: [0, 20] },
        ],
        [{ type: "sum", of: ["a", "b"], is: "total" }],
      ),
      own,
    );
    expect(cellsOf(table, own)).toEqual(own.map(({ a, b, total }) => [a, b, total].map(String)));
  });
});

test.each([
  ["C-####", (i: number) => `C-${String(i + 1).padStart(4, "0")}`],
  ["#", (i: number) => String(1000 + i)],
  ["uuid", (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`],
  ["{A}{9}-{a}{9}{9}", (i: number) => `${"ABCDEFGH"[i % 8]}${i % 10}-x${String(i % 100).padStart(2, "0")}`],
])("keys of the format %s are new, and no two alike", (format, key) => {
  const own = rows.map((i) => ({ id: key(i), n: i % 3 }));
  const table = fitTable(
    schemaOf([
      { name: "id", kind: "key", format },
      { name: "n", kind: "count" },
    ]),
    own,
  );
  const made = cellsOf(table, own).map(([id]) => id ?? "");
  expect(new Set(made).size).toBe(made.length);
  const old = new Set(own.map(({ id }) => id));
  expect(made.filter((id) => old.has(id))).toEqual([]);
  const shape = (text: string): string => text.replace(/[0-9a-z]/gi, "x");
  expect(new Set(made.map(shape))).toEqual(new Set([shape(own[0]?.id ?? "")]));
});

test("any numbers: the scores go up with them, and lead back", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 1200 }),
      (drawn) => {
        const values = [...new Set(drawn.map((value) => Math.round(value * 100) / 100))].sort(
          (a, b) => a - b,
        );
        if (values.length < 2) return;
        const knots = knotsOf({ values, counts: values.map((_, i) => 1 + (i % 3)) });
        const scores = values.map((value) => scoreOf(knots, value));
        for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThan(scores[i - 1] ?? Infinity);
        for (const [i, score] of scores.entries()) {
          expect(Math.abs(numberOf(knots, score) - (values[i] ?? 0))).toBeLessThan(1e-6 * 2e6);
        }
      },
    ),
    { numRuns: 40, seed: 11 },
  );
});

test.each([
  [{ version: 2, columns: [], constraints: [] }, /"version" must be 1/],
  [
    { version: 1, columns: [{ name: "a", kind: "nubmer" }], constraints: [] },
    /"columns\[0\].kind" must be one of number/,
  ],
  [{ version: 1, columns: [{ name: "a", kind: "number", deimals: 2 }], constraints: [] }, /"deimals"/],
  [
    {
      version: 1,
      columns: [
        { name: "a", kind: "number" },
        { name: "a", kind: "text" },
      ],
      constraints: [],
    },
    /two columns "a"/,
  ],
  [
    {
      version: 1,
      columns: [{ name: "a", kind: "number" }],
      constraints: [{ type: "at-least", a: "a", b: "c" }],
    },
    /names the column "c"/,
  ],
  [{ version: 1, columns: [{ name: "a", kind: "ordinal" }], constraints: [] }, /must list its "categories"/],
  [
    { version: 1, columns: [{ name: "a", kind: "count", likelihood: "gauss" }], constraints: [] },
    /likelihood" must be one of auto/,
  ],
])("a wrong schema is refused by column and field: %j", (schema, words) => {
  expect(() => fitTable(schema as unknown as TableSchema, [{ a: 1 }])).toThrow(words);
});

test.each([
  [{ kind: "number", likelihood: "poisson" }, [1.5, 2], /whole numbers from 0/],
  [{ kind: "category", likelihood: "normal" }, ["a", "b"], /can't have the likelihood "normal"/],
  [{ kind: "number", likelihood: "bernoulli" }, [1, 2, 3], /which is of two values/],
] as const)("a likelihood that can't be is refused: %j", (column, values, words) => {
  expect(() =>
    fitTable(
      schemaOf([{ name: "x", ...column }]),
      values.map((x) => ({ x })),
    ),
  ).toThrow(words);
});
