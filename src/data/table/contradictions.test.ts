import { describe, expect, test } from "vitest";
import { contradictions } from "./contradictions.js";
import { decodeRows } from "./decode.js";
import { encodeRows } from "./encode.js";
import { fitTable } from "./fit-table.js";
import { type TableRecord, textTableOf } from "./records.js";
import type { TableColumn, TableConstraint, TableSchema } from "./schema.js";
import { FactsBuilder } from "./training-facts.js";

function schemaOf(
  columns: readonly TableColumn[],
  constraints: readonly TableConstraint[] = [],
): TableSchema {
  return { version: 1, columns, constraints };
}

function notesOf(schema: TableSchema, rows: readonly TableRecord[]): string[] {
  const names = schema.columns.map(({ name }) => name);
  const builder = new FactsBuilder("the rows", names, false, schema.columns);
  builder.add(textTableOf(rows, names, schema.columns));
  return contradictions(fitTable(schema, rows), builder.facts());
}

describe("a range that training rows leave", () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({ n: String(i % 10) }));
  const schema = schemaOf([{ name: "n", kind: "integer", decimals: 0, range: [3, 5] }]);

  test("is kept by numbers that are choices, as by others, on the nearer bound", () => {
    const table = fitTable(schema, rows);
    expect(table.columns[0]?.as).toBe("choices");
    const { cells, values } = decodeRows(table, encodeRows(table, rows));
    const expected = rows.map(({ n }) => Math.min(5, Math.max(3, Number(n))));
    expect(values).toEqual(expected.map((n) => [n]));
    expect(cells).toEqual(expected.map((n) => [String(n)]));
  });

  test("is told, and one that they don't leave is not", () => {
    expect(notesOf(schema, rows)).toEqual([
      'In about 70 % of the training rows "n" lies outside its range, 3 to 5; a generated row has the nearer of the two there.',
    ]);
    expect(notesOf(schemaOf([{ name: "n", kind: "integer", range: [0, 9] }]), rows)).toEqual([]);
  });
});

describe("a constraint that training rows contradict", () => {
  const columns: TableColumn[] = ["net", "tax", "gross"].map((name) => ({
    name,
    kind: "number",
    decimals: 2,
  }));
  // thirds: rounded parts miss their rounded total by a cent
  const rows = Array.from({ length: 100 }, (_, i) => ({
    net: ((2 * i) / 3).toFixed(2),
    tax: (i / 3).toFixed(2),
    gross: i % 4 === 0 ? "" : i.toFixed(2),
  }));

  test("is told with the share of the rows", () => {
    const schema = schemaOf(columns, [{ type: "at-least", a: "tax", b: "net" }]);
    expect(notesOf(schema, rows)).toEqual([
      'About 99 % of the training rows contradict the constraint that "tax" is at least "net", which every generated row meets; ' +
        "if that isn't meant, take it out of the schema.",
    ]);
  });

  test("that holds, as far as rounding lets it, is not told; a sum that doesn't is", () => {
    const sum = schemaOf(columns, [{ type: "sum", of: ["net", "tax"], is: "gross" }]);
    expect(notesOf(sum, rows)).toEqual([]);
    expect(notesOf(schemaOf(columns, [{ type: "at-least", a: "net", b: "tax" }]), rows)).toEqual([]);
    const wrong = rows.map((row, i) => ({ ...row, gross: i % 2 === 0 ? row.gross : "-5" }));
    expect(notesOf(sum, wrong)[0]).toMatch(/^About 67 % of .* "net" and "tax" add up to "gross"/);
  });
});

test("what is left out of the model keeps no range and no constraint, and nothing is said of them", () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    a: String(i),
    b: String(i + 1),
    c: String(i * 0.37),
  }));
  const columns: TableColumn[] = [
    { name: "a", kind: "integer", use: false, range: [0, 3] },
    { name: "b", kind: "integer" },
    { name: "c", kind: "number" },
  ];
  expect(notesOf(schemaOf(columns, [{ type: "at-least", a: "a", b: "b" }]), rows)).toEqual([]);
});
