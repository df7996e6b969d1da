import { expect, test } from "vitest";
import { fitTable } from "./fit-table.js";
import { type TableRecord, textTableOf } from "./records.js";
import type { TableSchema } from "./schema.js";
import { strangeInAll, strangeNotes, StrangeRows } from "./strange-rows.js";

const schema: TableSchema = {
  version: 1,
  columns: [
    { name: "city", kind: "category", missing: ["NA"] },
    { name: "from", kind: "integer" },
    { name: "to", kind: "integer" },
    { name: "size", kind: "integer" },
  ],
  constraints: [{ type: "at-least", a: "to", b: "from" }],
};
const names = schema.columns.map(({ name }) => name);
const cities = ["Rome", "Oslo", "Nara"];
const rowOf = (i: number): TableRecord => ({
  city: cities[i % 3],
  from: String(i),
  to: String(i + (i % 7)),
  size: String(i % 5),
});
const rows = Array.from({ length: 300 }, (_, i) => rowOf(i));

function notesOf(...chunks: readonly (readonly TableRecord[])[]): string[] {
  const strange = new StrangeRows(fitTable(schema, rows));
  for (const chunk of chunks) strange.add(textTableOf(chunk, names, schema.columns));
  const parts = chunks.map((chunk) => {
    const part = new StrangeRows(fitTable(schema, rows));
    part.add(textTableOf(chunk, names, schema.columns));
    return part.found();
  });
  // parts that are put together tell the same as the whole
  expect(strangeNotes(strangeInAll(parts), "new.csv")).toEqual(strangeNotes(strange.found(), "new.csv"));
  return strangeNotes(strange.found(), "new.csv");
}

test("rows like those that were learned, with values missing, are not strange", () => {
  expect(
    notesOf(rows, [
      { city: "NA", from: "3", to: "", size: "" },
      { city: null, from: "", to: "1", size: "9" },
    ]),
  ).toEqual([]);
});

test("categories that no training row has are counted over all chunks", () => {
  const atlantis = rows.slice(0, 40).map((row) => ({ ...row, city: "Atlantis" }));
  const [note, ...others] = notesOf(atlantis, rows, [{ ...rowOf(1), city: "Ur" }]);
  expect(note).toBe(
    'new.csv: 41 rows hold values of "city" that no training row has, such as "Atlantis". The model doesn\'t see them, and no score counts them.',
  );
  expect(others).toEqual([]);
});

test("a constraint that rows contradict is told with their share", () => {
  const backwards = rows.slice(0, 100).map((row) => ({ ...row, to: "-1" }));
  expect(notesOf(backwards, rows)).toEqual([
    'new.csv: about 25 % of the rows contradict the constraint that "to" is at least "from". The model takes it as kept, and no score counts it.',
  ]);
});
