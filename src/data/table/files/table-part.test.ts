import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TextTable } from "../texts.js";
import { openTable, openTablePart, tableMarks } from "./open-table.js";
import { writeTable } from "./write-table.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-part-"));
});
afterAll(() => rm(folder, { recursive: true }));

const rowsOf = (tables: readonly TextTable[]): string[] =>
  tables.flatMap(({ rows, columns, first }) =>
    Array.from({ length: rows }, (_, i) =>
      JSON.stringify([first + i, ...columns.map(({ texts, codes }) => texts[codes[i] ?? -1] ?? "")]),
    ),
  );

async function read(chunks: AsyncIterable<TextTable>): Promise<TextTable[]> {
  const tables: TextTable[] = [];
  for await (const table of chunks) tables.push(table);
  return tables;
}

/** Rows that are hard to find the beginning of: quotes, line ends in cells, letters of several bytes, empty lines. */
const hard = Array.from({ length: 50_000 }, (_, i) =>
  [
    String(i),
    i % 3 === 0 ? '"with ""quotes"" and\r\nlines, é"' : i % 5 === 0 ? 'naïve"plain' : "",
    "äöü€😀".slice(0, (2 * i) % 7 === 6 ? 4 : i % 5),
  ].join(","),
);

const files: Readonly<Record<string, () => Promise<string>>> = {
  "hard.csv": async () => {
    const path = join(folder, "hard.csv");
    const lines = hard.map((line, i) => line + ["\n", "\r\n", "\n\n"][i % 3]);
    await writeFile(path, `\ufeffa,b,c\n${lines.join("")}`);
    return path;
  },
  "unended.csv": async () => {
    const path = join(folder, "unended.csv");
    await writeFile(path, `1;2\n${Array.from({ length: 40_000 }, (_, i) => `${i};${i * 2}`).join("\n")}`);
    return path;
  },
  "packed.csv.gz": async () => {
    const path = join(folder, "packed.csv.gz");
    await writeFile(path, gzipSync(`a,b,c\n${hard.join("\n")}\n`));
    return path;
  },
  "latin.csv": async () => {
    const path = join(folder, "latin.csv");
    await writeFile(path, Buffer.from(`name,b\n${"Müller,1\n".repeat(20_000)}`, "latin1"));
    return path;
  },
  "rows.parquet": async () => {
    const path = join(folder, "rows.parquet");
    const cells = Array.from({ length: 300_000 }, (_, i) => [String(i), `t${i % 7}`]);
    const columns = [
      { name: "n", kind: "integer" },
      { name: "t", kind: "category" },
    ] as const;
    await writeTable(path, columns, { names: ["n", "t"], cells, values: cells });
    return path;
  },
  "rows.jsonl": async () => {
    const path = join(folder, "rows.jsonl");
    await writeFile(path, Array.from({ length: 40_000 }, (_, i) => `{"a":${i},"b":"x${i % 9}"}\n`).join(""));
    return path;
  },
};

describe.each(Object.entries(files))("%s", (_, make) => {
  test("parts put together are the whole", async () => {
    const path = await make();
    const every = 9_000;
    const whole = await openTable(path);
    const all = rowsOf(await read(whole.chunks()));
    await whole.close();
    const { rows, offsets } = await tableMarks(path, undefined, every);
    expect(rows).toBe(all.length);
    const found: string[] = [];
    for (let first = 0; first < rows; first += every) {
      const offset = offsets?.[first / every];
      const part = { first, rows: Math.min(every, rows - first), ...(offset !== undefined && { offset }) };
      const input = await openTablePart(path, undefined, part);
      const own = rowsOf(await read(input.chunks()));
      expect(own).toHaveLength(part.rows);
      found.push(...own);
      await input.close();
    }
    expect(found.findIndex((row, i) => row !== all[i])).toBe(-1);
    expect(found).toHaveLength(all.length);
  });
});

test("only text that can be entered in the middle has places to enter it", async () => {
  expect((await tableMarks(await (files["hard.csv"] ?? String)(), undefined, 10_000)).offsets).toHaveLength(
    5,
  );
  expect(
    (await tableMarks(await (files["packed.csv.gz"] ?? String)(), undefined, 10_000)).offsets,
  ).toBeUndefined();
});
