import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tensor } from "../../tensor/index.js";
import { encodeNpy, readExamples } from "../index.js";

import { datasets, openTable, openTablePart, tableMarks, writeTable } from "../index.js";
import type { TableInput } from "../table/table-input.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-many-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const own = await mkdtemp(join(folder, "parts-"));
  for (const [name, content] of Object.entries(files)) await writeFile(join(own, name), content);
  return own;
}

async function rowsOf(input: TableInput, from = 0): Promise<string[]> {
  const rows: string[] = [];
  for await (const { first, rows: count, columns } of input.chunks()) {
    expect(first).toBe(from + rows.length);
    for (let i = 0; i < count; i++)
      rows.push(columns.map(({ texts, codes }) => texts[codes[i] ?? -1] ?? "").join(","));
  }
  await input.close();
  return rows;
}

/** CSV files of 7, 1, 0 and 9 rows. */
const csv = (): Promise<string> => {
  let next = 0;
  const part = (count: number): string =>
    `a,b\n${Array.from({ length: count }, () => `${next++},"x\n${"é".repeat(next % 3)}"\n`).join("")}`;
  return write({
    "p-2.csv": part(7),
    "p-3.csv": part(1),
    "p-4.csv": part(0),
    "p-5.csv": part(9),
    _SUCCESS: "",
  });
};

describe("many files of tables", () => {
  test("are one table, in the order of their names, as folder and as pattern", async () => {
    const parts = await csv();
    const rows = await rowsOf(await openTable(parts));
    expect(rows.map((row) => Number(row.split(",")[0]))).toEqual(Array.from({ length: 17 }, (_, i) => i));
    expect(await rowsOf(await openTable(join(parts, "p-?.csv")))).toEqual(rows);
    expect(await rowsOf(await openTable(join(parts, "*-3.csv")))).toEqual(rows.slice(7, 8));
    const { name, train, test: held } = await datasets.table(join(parts, "*.csv"), { validation: 0.2 });
    expect(name).toMatch(/^parts-/);
    expect(train.length + held.length).toBe(17);
  });

  test("are entered in the middle, over the ends of files", async () => {
    const parts = await csv();
    const all = await rowsOf(await openTable(parts));
    const { rows, offsets } = await tableMarks(parts, undefined, 3);
    expect(rows).toBe(17);
    expect(offsets).toHaveLength(6);
    for (let first = 0; first < 17; first += 3) {
      const part = { first, rows: Math.min(7, 17 - first), offset: offsets?.[first / 3] ?? -1 };
      expect(await rowsOf(await openTablePart(parts, undefined, part), first)).toEqual(
        all.slice(first, first + part.rows),
      );
      const over = { first: part.first, rows: part.rows };
      expect(await rowsOf(await openTablePart(parts, undefined, over), first)).toEqual(
        all.slice(first, first + part.rows),
      );
    }
  });

  test("of Parquet too", async () => {
    const parts = await write({});
    for (const [i, from] of [0, 5, 6].entries())
      await writeTable(
        join(parts, `${i}.parquet`),
        [{ name: "a", kind: "count" }],
        [
          {
            names: ["a"],
            cells: [[from], [from + 1]].map((row) => row.map(String)),
            values: [[from], [from + 1]],
          },
        ],
      );
    const all = await rowsOf(await openTable(parts));
    expect(all).toEqual(["0", "1", "5", "6", "6", "7"]);
    expect(await tableMarks(parts, undefined, 2)).toEqual({ rows: 6 });
    expect(await rowsOf(await openTablePart(parts, undefined, { first: 1, rows: 4 }), 1)).toEqual(
      all.slice(1, 5),
    );
  });

  test.each([
    [
      { "a.csv": "a,b\n1,2\n", "b.csv": "a,c\n1,2\n" },
      /b\.csv: its columns are not those of .*a\.csv: it lacks "b" and it also has "c"/,
    ],
    [{ "a.csv": "a,b\n1,2\n", "b.csv": "b,a\n1,2\n" }, /b\.csv: .* another order, "b" in place of "a"/],
    [{ "a.csv": "a,b\n1,2\n", "b.parquet": "" }, /several kinds, such as a\.csv and b\.parquet/],
    [{ "rows.csv": "a,b\n1,2\n", "test.csv": "a,b\n1,2\n" }, /has test\.csv beside other tables.*rows\.csv/],
  ])("are refused where they differ", async (files, message) => {
    const parts = await write(files);
    await expect(openTable(parts).then(rowsOf)).rejects.toThrow(message);
  });

  test("that are not there are told", async () => {
    const parts = await csv();
    await expect(openTable(join(parts, "*.parquet"))).rejects.toThrow(
      /no file in .* is named like "\*\.parquet"/,
    );
    await expect(openTable(join(folder, "*", "p-2.csv"))).rejects.toThrow(
      /a pattern can stand in the last name only/,
    );
  });
});

describe("many NumPy arrays", () => {
  const rows = Float32Array.from({ length: 24 }, (_, i) => i);
  const arrays = (): Promise<string> =>
    write({
      "b.npy": encodeNpy(tensor("float32", [3, 2], rows.slice(4, 10))),
      "a.npy": encodeNpy(tensor("float32", [2, 2], rows.slice(0, 4))),
      "c.npy": encodeNpy(tensor("float32", [7, 2], rows.slice(10, 24))),
    });

  test.each([Infinity, 0])(
    "are one data set, with %d bytes of memory, as folder and as pattern",
    async (memory) => {
      const parts = await arrays();
      for (const path of [parts, join(parts, "*.npy")]) {
        const { train, notes } = await datasets.folder(path, { whole: true, memory });
        expect(train.length).toBe(12);
        expect((await readExamples(train, 0, 12)).data).toEqual(rows);
        expect((await readExamples(train, 1, 6)).data).toEqual(rows.slice(2, 12));
        expect(notes.join(" ")).toMatch(/3 files are read one behind the other/);
      }
    },
  );

  test("are read in any order", async () => {
    const { train } = await datasets.folder(await arrays(), { whole: true, memory: 0 });
    const wanted = [11, 0, 5, 1, 4, 0, 10];
    const reader = await train.source?.open();
    const out = new Float32Array(14);
    await reader?.read(Int32Array.from(wanted), out);
    expect([...out]).toEqual(wanted.flatMap((row) => [2 * row, 2 * row + 1]));
  });

  test("are refused where they differ, and names that say parts are read as before", async () => {
    const parts = await arrays();
    await writeFile(join(parts, "d.npy"), encodeNpy(tensor("float32", [1, 3], rows.slice(0, 3))));
    await expect(datasets.folder(parts)).rejects.toThrow(
      /d\.npy holds float32 numbers of shape \[3\].*a\.npy.*\[2\]/,
    );
    const named = await write({
      "train.npy": encodeNpy(tensor("float32", [4, 2], rows.slice(0, 8))),
      "b.npy": encodeNpy(tensor("float32", [1, 2], rows.slice(0, 2))),
    });
    expect((await datasets.folder(named, { whole: true })).train.length).toBe(4);
  });
});
