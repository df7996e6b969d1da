import { expect, test } from "vitest";
import { fitFrom } from "./fit.js";
import { inferTable } from "./infer-table.js";
import { keyMaker } from "./keys.js";
import { mostCounted } from "./summary.js";
import { FactsBuilder } from "./training-facts.js";
import type { TextColumn } from "./texts.js";

const rows = mostCounted + 50_000;
const file = { format: "csv", delimiter: ",", quote: '"', header: true } as const;

function column(cell: (row: number) => string, first: number, count: number): TextColumn {
  return {
    texts: Array.from({ length: count }, (_, i) => cell(first + i)),
    codes: Int32Array.from({ length: count }, (_, i) => i),
  };
}

/** What changes once more texts have come than are counted one by one. */
const columns: Record<string, (row: number) => string> = {
  id: (row) => String(row),
  code: (row) => `C-${String(row).padStart(8, "0")}`,
  later: (row) => (row < mostCounted ? String(row) : (-row / 100).toFixed(2)),
  growing: (row) => String(10 + 3 * row),
  again: (row) => String(row % (rows - 1)),
};

test("limits, decimals, kinds and keys are those of all rows, however many texts there are", () => {
  const names = Object.keys(columns);
  const builder = new FactsBuilder("many.csv", names, false);
  for (let first = 0; first < rows; first += 50_000) {
    const made = names.map((name) => column(columns[name] as (row: number) => string, first, 50_000));
    builder.add({ names, columns: made, first, rows: 50_000 });
  }
  const facts = builder.facts();
  const schema = inferTable(facts.summaries, facts.sample, file, undefined, []);
  const byName = Object.fromEntries(schema.columns.map((one) => [one.name, one]));
  expect(byName.id).toMatchObject({ kind: "key", format: "#" });
  expect(byName.code).toMatchObject({ kind: "key", format: "C-########" });
  expect(byName.later).toMatchObject({
    kind: "number",
    decimals: 2,
    range: [-(rows - 1) / 100, mostCounted - 1],
  });
  expect(byName.growing).toMatchObject({ kind: "integer", range: [10, 10 + 3 * (rows - 1)] });
  // one that comes twice is no key
  expect(byName.again).toMatchObject({ kind: "count", range: [0, rows - 2] });
  const fitted = fitFrom({ ...schema, constraints: [] }, facts);
  const keys = fitted.columns.flatMap((one) => (one.as === "key" ? [keyMaker(one, 0)(0)] : []));
  expect(keys).toEqual([String(rows), `C-${String(rows).padStart(8, "0")}`]);
});
