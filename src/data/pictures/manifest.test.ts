import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listsPictures } from "./manifest.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-manifest-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** More than the beginning that is read, and nothing that a reader of all of it would take. */
const rest = `"${"never closed ".repeat(40_000)}`;

test.each([
  ["pictures.csv", `file_name,label\na.png,x\n${rest}`, true],
  ["with-bom.csv", `\uFEFFfile_name,label\r\n\r\n"sub/a.jpg",x\r\n${rest}`, true],
  ["quoted.csv", `caption,file_name\n"two\nlines, ""both""",a.png\n${rest}`, true],
  ["table.csv", `file_name,size\nnotes,3\n${rest}`, false],
  ["heading.csv", "file_name,label\n", false],
  ["wide.csv", `file_name,text\na.png,${rest}`, false],
  ["pictures.jsonl", `\n{"file_name": "a.png"}\n${rest}`, true],
  ["rows.jsonl", `{"a": 1}\n${rest}`, false],
])("whether %s lists pictures is told by its first line alone", async (name, text, lists) => {
  await writeFile(join(folder, name), text);
  expect(await listsPictures(join(folder, name))).toBe(lists);
});
