import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeRows } from "../decode.js";
import type { FittedTable } from "../fitted.js";
import type { TableColumn } from "../schema.js";
import { openDuckDb, quoted } from "./duckdb.js";
import { openTable } from "./open-table.js";
import { loadTable } from "./table-dataset.js";
import { writeTable } from "./write-table.js";

const folder = mkdtempSync(join(tmpdir(), "latent-decimals-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function storedIn(name: string): Promise<readonly string[]> {
  const input = await openTable(at(name));
  await input.close();
  return input.stored ?? [];
}

beforeAll(async () => {
  const opened = await openDuckDb("the test", { threads: 1, writes: true });
  const rows =
    "select (i * 1.25)::decimal(8,2) price, ((i * 37) % 100 + 0.125)::decimal(18,3) as share, (i * 7 % 50)::integer n from range(200) t(i)";
  await opened.connection.run(`copy (${rows}) to ${quoted(at("rows.parquet"))} (format parquet)`);
  await opened.close();
});

test("decimals of Parquet stay what they were, in precision and scale", async () => {
  const dataset = await loadTable(at("rows.parquet"), { validation: 0 });
  const { table } = dataset.schema as { readonly table: FittedTable };
  const decoded = decodeRows(table, dataset.train.examples.data);
  await writeTable(at("out.parquet"), table, decoded);
  expect(await storedIn("out.parquet")).toEqual(["DECIMAL(8,2)", "DECIMAL(18,3)", "INTEGER"]);
  const again = await loadTable(at("out.parquet"), { validation: 0 });
  const back = (again.schema as { readonly table: FittedTable }).table;
  expect(decodeRows(back, again.train.examples.data).cells).toEqual(decoded.cells);
});

test("no digit is lost, and what is too great for the column makes it wider", async () => {
  const columns: TableColumn[] = [
    { name: "long", kind: "number", decimals: 4, stored: "DECIMAL(38,4)" },
    { name: "great", kind: "number", decimals: 2, stored: "DECIMAL(5,2)" },
  ];
  const cells = [
    ["1234567890123456789012.3456", "999.99"],
    ["", "1234.50"],
  ];
  const values = [
    [1234567890123456789012.3456, 999.99],
    [null, 1234.5],
  ];
  await writeTable(at("wide.parquet"), columns, { names: ["long", "great"], cells, values });
  expect(await storedIn("wide.parquet")).toEqual(["DECIMAL(38,4)", "DECIMAL(38,2)"]);
  const input = await openTable(at("wide.parquet"));
  const texts: (readonly string[])[] = [];
  for await (const chunk of input.chunks()) texts.push(...chunk.columns.map((column) => column.texts));
  await input.close();
  expect(texts).toEqual([["1234567890123456789012.3456"], ["999.99", "1234.50"]]);
});
