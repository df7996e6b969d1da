import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TableProgress } from "./followed.js";
import { loadTable } from "./files/table-dataset.js";

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-followed-"));
  file = join(folder, "many.csv");
  const rows = Array.from({ length: 40_000 }, (_, i) => `${i % 977},${i % 3 === 0 ? "a" : "b"}`);
  await writeFile(file, `x,kind\n${rows.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

test("readings of a table are told of chunk by chunk", async () => {
  const told: TableProgress[] = [];
  await loadTable(file, { onRows: (progress) => told.push(progress) });
  expect(told.map(({ rows }) => rows)).toEqual([16_384, 32_768, 40_000]);
  expect(new Set(told.map(({ place, reading }) => `${place} ${reading}`))).toEqual(new Set([`${file} 1`]));
});

test("a reading ends when it is asked to, with the reason", async () => {
  const stop = new AbortController();
  const reading = loadTable(file, {
    signal: stop.signal,
    onRows: () => stop.abort(new Error("enough")),
  });
  await expect(reading).rejects.toThrow("enough");
});
