import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { TableSchema } from "../schema.js";
import { inspectTable } from "./inspect-table.js";

const folder = mkdtempSync(join(tmpdir(), "latent-inspect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("what of a schema the rows contradict is told, as training tells it", async () => {
  const file = join(folder, "rows.csv");
  const rows = Array.from({ length: 200 }, (_, i) => `${10 + (i % 7)},${i % 4 === 0 ? 5 : 30 + (i % 5)}`);
  writeFileSync(file, ["net,tax", ...rows, ""].join("\n"));
  const { schema } = await inspectTable(file);
  const edited: TableSchema = {
    ...schema,
    columns: schema.columns.map((column) =>
      column.name === "net" ? { ...column, range: [10, 14] } : column,
    ),
    constraints: [{ type: "at-least", a: "tax", b: "net" }],
  };
  const { notes } = await inspectTable(file, { schema: edited });
  expect(notes.join("\n")).toMatch(/In about 28 % of the rows "net" lies outside its range, 10 to 14/);
  expect(notes.join("\n")).toMatch(
    /About 25 % of the rows contradict the constraint that "tax" is at least "net"/,
  );
  const kept = { ...schema, constraints: [] };
  expect((await inspectTable(file, { schema: kept })).notes.join("\n")).not.toMatch(/contradict|outside/);
});
