import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readExamples } from "../../streamed.js";
import type { Dataset } from "../../dataset.js";
import { decodeRows } from "../decode.js";
import type { FittedTable } from "../fitted.js";
import { openDuckDb, quoted } from "./duckdb.js";
import { inferTableSchema, inspectTable } from "./inspect-table.js";
import { loadTable } from "./table-dataset.js";
import { writeTable } from "./write-table.js";

let folder: string;
let outside: string;
const before = { cwd: process.cwd(), cache: process.env.LATENT_CACHE };

const rows = Array.from({ length: 300 }, (_, i) => ({
  n: (i * 37) % 101,
  x: Math.round(1000 * Math.sin(i)) / 8,
  s: ["a", "b", "it's"][i % 3] ?? "",
  d: `2024-0${(i % 9) + 1}-1${i % 10}`,
  b: i % 4 === 0,
  m: i % 5 === 0 ? null : i % 7,
}));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-sources-"));
  outside = await mkdtemp(join(tmpdir(), "latent-outside-"));
  process.env.LATENT_CACHE = join(folder, "cache");
  await mkdir(join(folder, "sales"));
  const text = (value: string | number | boolean | null): string => (value === null ? "" : String(value));
  const lines = rows.map((row) => Object.values(row).map(text).join(","));
  await writeFile(join(folder, "t.csv"), `n,x,s,d,b,m\n${lines.join("\n")}\n`);
  await writeFile(join(outside, "secret.csv"), "a,b\n1,2\n3,4\n5,7\n");
  await writeFile(join(folder, "t.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await writeFile(join(folder, "t.json"), JSON.stringify(rows));
  await symlink(join(outside, "secret.csv"), join(folder, "sales", "link.csv"));
  const at = (name: string): string => quoted(join(folder, name));
  const opened = await openDuckDb("the test", { threads: 1, writes: true });
  const typed = `select n::integer n, x::double x, s, d::date d, b::boolean b, m::integer m from read_csv(${at("t.csv")}, all_varchar = true)`;
  for (const sql of [
    `copy (${typed}) to ${at("t.parquet")} (format parquet)`,
    `copy (${typed} limit 150) to ${at("sales/1.parquet")} (format parquet)`,
    `copy (${typed} offset 150) to ${at("sales/2.parquet")} (format parquet)`,
    `attach ${at("t.duckdb")} as made`,
    `create table made.t as ${typed}`,
    `attach ${at("two.duckdb")} as two`,
    `create table two.t as ${typed}`,
    `create view two.elsewhere as select * from ${quoted(join(outside, "secret.csv"))}`,
    "detach made",
    "detach two",
  ])
    await opened.connection.run(sql);
  await opened.close();
  const db = new sqlite.Database(join(folder, "t.sqlite"));
  db.exec("create table t (n integer, x real, s text, d text, b boolean, m integer)");
  const insert = db.prepare("insert into t values (?, ?, ?, ?, ?, ?)");
  for (const { n, x, s, d, b, m } of rows) insert.run([n, x, s, d, b ? "true" : "false", m]);
  insert.finalize();
  db.close();
  process.chdir(folder);
});

afterAll(async () => {
  process.chdir(before.cwd);
  if (before.cache === undefined) delete process.env.LATENT_CACHE;
  else process.env.LATENT_CACHE = before.cache;
  await rm(folder, { recursive: true });
  await rm(outside, { recursive: true });
});

function tableOf({ schema }: Dataset): FittedTable {
  const table = schema?.kind === "columns" ? schema.table : undefined;
  if (table === undefined) throw new Error("no table");
  return table;
}

test.each([
  "t.csv",
  "t.jsonl",
  "t.json",
  "t.parquet",
  "t.duckdb",
  "two.duckdb#t",
  "t.sqlite",
  "t.sqlite#t",
  "select * from 't.parquet'",
  "from 'sales/*.parquet'",
  "with a as (select * from 't.csv') select n, x, s, d, b, m from a -- a comment",
])("%s holds the same rows", async (source) => {
  const dataset = await loadTable(source);
  const again = await loadTable(dataset.source ?? "");
  expect(again.train.examples.data).toEqual(dataset.train.examples.data);
  const csv = await loadTable("t.csv");
  expect(dataset.train.length).toBe(270);
  expect(dataset.validation).toBe(dataset.test);
  expect([...dataset.train.examples.data]).toEqual([...csv.train.examples.data]);
  const { values } = decodeRows(tableOf(dataset), dataset.test.examples.data);
  expect(values).toEqual(decodeRows(tableOf(csv), csv.test.examples.data).values);
});

describe("queries read what was named and nothing else", () => {
  test.each([
    ["copy (select 1) to 'out.csv'", /only a query that reads/],
    ["drop table t", /only a query that reads/],
    ["attach 'x.db' as x", /only a query that reads/],
    ["insert into t values (1)", /only a query that reads/],
    ["install httpfs", /only a query that reads/],
    ["set enable_external_access = true", /only a query that reads/],
    ["select 1; copy (select 1) to 'out.csv'", /2 statements/],
    ["with a as (select 1) insert into t select * from a", /./],
    ["select * from read_text('/etc/passwd')", /was not named/],
    ["select * from '/etc/passwd'", /no file of data/],
    ["select * from 'nofile.parquet'", /there is no file "nofile\.parquet"/],
    [
      "select * from 'missing/*.parquet'",
      /no file matches "missing\/\*\.parquet": there is no folder "missing"/,
    ],
    ["select * from read_csv(['missing/part-?.csv'])", /no file matches "missing\/part-\?\.csv"/],
    ["select * from 'sales/*.none.parquet'", /no file matches ".*sales\/\*\.none\.parquet"/],
    ["select * from 'sales/none/*/1.parquet'", /no file matches/i],
    ["select * from glob('/etc/*')", /was not named/],
    ["select * from read_csv('/etc/' || 'passwd')", /was not named/],
    ["select * from 't.csv' where s in (select content from read_text('/etc/passwd'))", /was not named/],
    ["select * from 'sales/link.csv'", /lies outside/],
    ["select * from 'sales/*.csv'", /was not named/],
    ["select * from 'https://example.org/a.csv'", /nothing is read from the network/],
    ["select nothing from 't.csv'", /Referenced column "nothing" not found/],
  ])("%s", async (query, words) => {
    await expect(loadTable(query)).rejects.toThrow(words);
    expect((await readdir(folder)).filter((name) => name.startsWith("out") || name === "x.db")).toEqual([]);
  });

  test("a path that climbs out is refused, a full one is taken at its word unless a folder was given", async () => {
    const climbing = `select * from '../${outside.split("/").at(-1)}/secret.csv'`;
    await expect(loadTable(climbing)).rejects.toThrow(/lies outside/);
    const full = `select * from '${outside}/secret.csv'`;
    expect((await loadTable(full, { validation: 0 })).train.length).toBe(3);
    await expect(loadTable(full, { folder: "sales" })).rejects.toThrow(/nothing else may be read/);
    expect((await loadTable("select * from '1.parquet'", { folder: "sales" })).train.length).toBe(135);
  });

  test("a view of a database that reads elsewhere is refused", async () => {
    await expect(loadTable("two.duckdb#elsewhere")).rejects.toThrow(/was not named/);
  });
});

test.each([
  ["nothing.csv", /does not exist/],
  ["sales", /files of several kinds, such as 1.parquet and link.csv/],
  ["sales/*.csv", /link.csv is a link to .*secret.csv, which lies outside of the folder/],
  ["two.duckdb", /has 2 tables; name one as/],
  ["t.sqlite#nope", /has no table "nope"; it has "t"/],
  ["postgres://localhost/db", /export the table/],
])("%s is refused with what to do", async (source, words) => {
  await expect(loadTable(source)).rejects.toThrow(words);
});

test.each(["broken.parquet", "broken.sqlite", "broken.duckdb", "broken.json"])(
  "a damaged %s is refused by its name",
  async (name) => {
    await writeFile(name, "PAR1 no, not at all { [");
    await expect(loadTable(name)).rejects.toThrow(name);
  },
);

test("streamed numbers are those in memory, bit for bit, and are made once", async () => {
  const memory = await loadTable("t.csv", { seed: 3 });
  const streamed = await loadTable("t.csv", { seed: 3, memory: 0 });
  expect(streamed.schema).toEqual(memory.schema);
  for (const part of ["train", "test"] as const) {
    expect(streamed[part].source).toBeDefined();
    const { data } = await readExamples(streamed[part], 0);
    expect(new Uint8Array(data.buffer)).toEqual(
      new Uint8Array(new Float32Array(memory[part].examples.data).buffer),
    );
  }
  const files = await readdir(join(folder, "cache", "tables"));
  await loadTable("t.csv", { seed: 3, memory: 0 });
  expect(await readdir(join(folder, "cache", "tables"))).toEqual(files);
  await loadTable("t.csv", { seed: 4, memory: 0 });
  expect((await readdir(join(folder, "cache", "tables"))).length).toBe(files.length + 2);
});

test("of a table of many rows one in each stretch is held out, and nothing is learned of it", async () => {
  const many = Array.from({ length: 70_000 }, (_, i) => `${i},${i % 3}`);
  await writeFile("many.csv", `i,c\n${many.join("\n")}\n`);
  const schema = { ...(await inferTableSchema("many.csv")) };
  const columns = schema.columns.map((column) =>
    column.name === "i" ? { name: "i", kind: "integer" as const, decimals: 0 } : column,
  );
  const dataset = await loadTable("many.csv", { schema: { ...schema, columns } });
  expect([dataset.train.length, dataset.test.length]).toEqual([63_000, 7_000]);
  expect(tableOf(dataset).rows).toBe(63_000);
  const streamed = await loadTable("many.csv", { schema: { ...schema, columns }, memory: 0 });
  expect((await readExamples(streamed.train, 0)).data).toEqual(new Float32Array(dataset.train.examples.data));
});

test("a schema that is edited is used, from its file too; columns that it doesn't describe are left out", async () => {
  const schema = await inferTableSchema("t.csv");
  const columns = schema.columns
    .filter(({ name }) => name !== "m")
    .map((column) => (column.name === "n" ? { ...column, kind: "category" as const } : column));
  await writeFile("schema.json", JSON.stringify({ ...schema, columns }));
  const dataset = await loadTable("t.csv", { schema: "schema.json" });
  expect(tableOf(dataset).columns[0]).toMatchObject({ as: "choices", of: "categorical" });
  expect(dataset.notes.join(" ")).toContain('does not describe "m"');
  await writeFile(
    "schema.json",
    JSON.stringify({ ...schema, columns: [...columns, { name: "zz", kind: "number" }] }),
  );
  await expect(loadTable("t.csv", { schema: "schema.json" })).rejects.toThrow(/no column "zz"/);
  await writeFile("schema.json", JSON.stringify({ ...schema, columns: [{ name: "s", kind: "number" }] }));
  await expect(loadTable("t.csv", { schema: "schema.json" })).rejects.toThrow(
    /in the column "s", which is of kind number/,
  );
});

test.each(["out.csv", "out.tsv", "out.json", "out.jsonl", "out.parquet"])(
  "%s is written as it is read",
  async (name) => {
    const source = name.endsWith("parquet") ? "t.parquet" : "t.csv";
    const dataset = await loadTable(source, { validation: 0 });
    const table = tableOf(dataset);
    const decoded = decodeRows(table, dataset.train.examples.data);
    const half = { ...decoded, cells: decoded.cells.slice(0, 150), values: decoded.values.slice(0, 150) };
    const rest = { ...decoded, cells: decoded.cells.slice(150), values: decoded.values.slice(150) };
    await writeTable(name, table, [half, rest]);
    const again = await loadTable(name, { validation: 0 });
    expect(decodeRows(tableOf(again), again.train.examples.data).values).toEqual(decoded.values);
    if (name === "out.csv") expect(await readFile(name, "utf8")).toBe(await readFile("t.csv", "utf8"));
    if (name === "out.parquet") {
      expect((await inferTableSchema(name)).columns.map(({ stored }) => stored)).toEqual(
        (await inferTableSchema(source)).columns.map(({ stored }) => stored),
      );
    }
    expect((await readdir(folder)).filter((one) => one.includes(".part"))).toEqual([]);
  },
);

test("another ending is refused before anything is written", async () => {
  const table = tableOf(await loadTable("t.csv"));
  await expect(writeTable("out.xlsx", table, [])).rejects.toThrow(/written as .csv/);
});

test("inspection tells kinds, shares of missing values and histograms", async () => {
  const { columns, rows: count } = await inspectTable("t.csv");
  expect(count).toBe(300);
  expect(columns.map(({ kind }) => kind)).toEqual([
    "count",
    "number",
    "category",
    "date",
    "boolean",
    "count",
  ]);
  expect(columns[5]?.missing).toBeCloseTo(0.2, 10);
  expect(columns[0]?.histogram.reduce((sum, one) => sum + one.rows, 0)).toBe(300);
});

test("a schema that someone wrote need not say that there are no constraints", async () => {
  const file = join(folder, "plain.csv");
  await writeFile(file, "a,b\n1,2\n3,4\n5,6\n");
  const schema = join(folder, "plain.json");
  await writeFile(schema, JSON.stringify({ version: 1, columns: [{ name: "a", kind: "number" }] }));
  expect((await inspectTable(file, { schema })).schema.constraints).toEqual([]);
});
