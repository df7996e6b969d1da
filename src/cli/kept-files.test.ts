import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliResult, runCli, scratchFolder } from "../testing/run-cli.js";
import { requireKept } from "./kept-files.js";

const scratch = scratchFolder();
const at = (name: string): string => path.join(scratch.folder, name);
afterAll(scratch.remove);

const table = [
  "size,colour",
  ...Array.from({ length: 60 }, (_, i) => `${(i * 7) % 20},${["red", "blue"][i % 2]}`),
];
const text = `${table.join("\n")}\n`;

beforeAll(async () => {
  mkdirSync(at("parts"));
  for (const name of ["t.csv", "new.csv", "parts/a.csv", "parts/b.csv"]) writeFileSync(at(name), text);
  symlinkSync(at("new.csv"), at("link.csv"));
  symlinkSync(at("parts"), at("linked"));
  const told = ["--epochs", "1", "--hidden", "4", "--threads", "1", "--no-pictures", "--out", "run"];
  const { code, stderr } = await latent("train", "t.csv", ...told);
  expect(code, stderr).toBe(0);
}, 60_000);

function latent(...args: string[]): Promise<CliResult> {
  return runCli(args, { cwd: scratch.folder });
}

const kept = /^.*--out \S+\.csv would overwrite or mix with \S+, which .*; give another --out\n$/;

test.each([
  ["score", "run", "new.csv", "--out", "./new.csv"],
  ["encode", "run", "link.csv", "--out", "new.csv"],
  ["encode", "run", "t.csv", "--out", "link.csv", "--ids", "new.csv"],
  ["impute", "run", "new.csv", "--out", "new.csv"],
  ["nearest", "run", "--of", "new.csv", "--out", "link.csv"],
  ["generate", "run", "--out", "t.csv"],
  ["score", "run", "new.csv", "--out", "t.csv"],
  ["data", "inspect", "new.csv", "--out", "new.csv"],
])("latent %s %s ... leaves alone what it reads", async (...args) => {
  const { code, stdout, stderr } = await latent(...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(kept);
  for (const name of ["t.csv", "new.csv"]) expect(readFileSync(at(name), "utf8")).toBe(text);
});

test("a file that is written elsewhere is", async () => {
  const { code, stderr } = await latent("encode", "run", "new.csv", "--out", "codes.csv");
  expect(code, stderr).toBe(0);
  expect(existsSync(at("codes.csv"))).toBe(true);
});

test("files are told by where they are, also in folders, patterns and queries", async () => {
  const refused = (out: string, source: string): Promise<void> =>
    expect(requireKept({ out: at(out) }, [source])).rejects.toThrow(/would overwrite or mix with/);
  await refused("new.csv", at("link.csv"));
  await refused("parts/a.csv", at("linked"));
  await refused("parts/c.csv", at("parts"));
  await refused("linked/c.csv", at("parts/*.csv"));
  await refused("link.csv", `select * from '${at("new.csv")}'`);
  await refused("parts/c.csv", `select * from '${at("parts")}/*.csv'`);
  await refused("t.duckdb", `${at("t.duckdb")}#rows`);
  await requireKept({ out: at("parts/c.json") }, [at("parts/*.csv")]);
  await requireKept({ out: at("c.csv") }, [at("parts"), undefined, "mnist", at("new.csv")], at("none"));
  await expect(requireKept({ out: at("c.csv"), uncertainty: at("./c.csv") }, [])).rejects.toThrow(
    /--uncertainty \S+ is the file of --out too; give another --uncertainty/,
  );
});

test("a table of --of is read as the model's, and results of tables are rows", async () => {
  writeFileSync(at("one.csv"), "size;colour\n;blue\n");
  const good = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await latent(...args);
    expect(code, stderr).toBe(0);
  };
  await good("nearest", "run", "new.csv", "--of", "one.csv", "--k", "2");
  expect(readFileSync(at("nearest.csv"), "utf8")).toMatch(/^of,rank,id,distance\n0,1,\d+,.*\n0,2,/);
  await good("traverse", "run", "--of", "one.csv", "--out", "moved.npy");
  await good("reconstruct", "run", "--data", "one.csv");
  expect(readFileSync(at("reconstructions.csv"), "utf8")).toMatch(/^size,colour\n\d+,(red|blue)\n$/);
});

test.each([
  [
    ["nearest", "run", "--out", "n.png"],
    /--out n\.png: rows of a table have no picture; give a name .* \.csv/,
  ],
  [["reconstruct", "run", "--out", "r.png"], /rows of a table have no picture/],
  [["score", "run", "new.csv", "--out", "w.csv", "--worst", "w.png"], /--worst draws pictures/],
  [
    ["encode", "run", "new.csv", "--split", "train", "--out", "w.csv"],
    /--split train: new\.csv has no parts/,
  ],
])("latent %j is refused before anything is written", async (args, words) => {
  const { code, stderr } = await latent(...args);
  expect(stderr).toMatch(words);
  expect(code).toBe(2);
  for (const name of ["n.png", "r.png", "w.csv"]) expect(existsSync(at(name))).toBe(false);
});
