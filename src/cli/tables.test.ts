import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliResult, runCli, scratchFolder } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (name: string): string => path.join(scratch.folder, name);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });
afterAll(scratch.remove);

/** Keys, prices with decimal commas, two colours: of all that the model may draw, about a third is there. */
const lines = (count: number, from: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const k = from + i;
    return `K-${String(k).padStart(4, "0")};${(k * 37) % 50},${(k % 2) * 5};${k % 3 === 0 ? "red" : "blue"}`;
  });
const file = (name: string, rows: readonly string[]): void =>
  writeFileSync(at(name), ["id;price;colour", ...rows, ""].join("\n"));

beforeAll(async () => {
  file("train.csv", lines(120, 0));
  file("held.csv", lines(30, 500));
  const told = ["--validation", "held.csv", "--epochs", "3", "--z", "2", "--threads", "1", "--out", "run"];
  const { code, stderr } = await latent("train", "train.csv", ...told, "--no-pictures");
  expect(code, stderr).toBe(0);
}, 60_000);

test("held-out rows of a table of their own are kept with the run, and found again", async () => {
  const config = JSON.parse(readFileSync(at("run/config.json"), "utf8")) as Record<string, unknown>;
  expect(config).toMatchObject({ heldOut: at("held.csv"), validation: 0, dataset: { train: 120, test: 30 } });
  const { code, stdout, stderr } = await latent("evaluate", "run", "--json");
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ examples: 30, mse: null });
  const resumed = await latent("train", "--out", "run", "--resume", "--epochs", "4", "--no-pictures");
  expect(resumed.code, resumed.stderr).toBe(0);
});

test("held-out rows are for tables only, and must be some", async () => {
  const wrong = await latent("train", "mnist", "--validation", "held.csv", "--out", "other");
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringMatching(/--validation takes a file for tables/),
  ]);
  const word = await latent("train", "train.csv", "--validation", "some", "--out", "other");
  expect(word.stderr).toMatch(
    /--validation must be a share between 0 and 1, .* file of a table of held-out rows, got "some"/,
  );
  writeFileSync(at("less.csv"), "id;price\nK-0001;1,5\n");
  const less = await latent("train", "train.csv", "--validation", "less.csv", "--out", "other");
  expect(less.stderr).toMatch(
    /less\.csv has no column "colour", which the training rows of .*train\.csv have/,
  );
});

test("rows that a model draws are measured by one command, in the table's own formats", async () => {
  const { code, stdout, stderr } = await latent(
    "quality",
    "run",
    "--only",
    "shapes,validity,privacy",
    "--seed",
    "3",
    "--json",
  );
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("120 rows drawn from run (seed 3), beside train.csv and held.csv");
  const quality = JSON.parse(stdout) as Record<string, unknown>;
  // keys are left out; prices with decimal commas are numbers
  expect(quality).toMatchObject({
    rows: { train: 120, synthetic: 120, test: 30 },
    kinds: { num: 1, cat: 1 },
    validity: 1,
  });
  const file = await latent("quality", "train.csv");
  expect([file.code, file.stderr]).toEqual([2, expect.stringMatching(/name the synthetic rows too/)]);
  const both = await latent("quality", "train.csv", "held.csv", "--data", "train.csv");
  expect(both.stderr).toMatch(/--data goes with the folder of a model: /);
});

test("generated rows in a file are measured by the model's schema, or by what is inferred of the first file", async () => {
  const made = await latent("generate", "run", "--n", "120", "--seed", "3", "--out", "made.csv");
  expect(made.code, made.stderr).toBe(0);
  const only = ["--only", "shapes,pairs,validity", "--json"];
  const byModel = await latent("quality", "run", "made.csv", "--test", "held.csv", ...only);
  expect(byModel.code, byModel.stderr).toBe(0);
  expect(byModel.stderr).toContain(
    "120 rows of made.csv, read by the schema of run, beside train.csv and held.csv",
  );
  expect(byModel.stderr).toContain('not compared: "id" (a key)');
  const quality = JSON.parse(byModel.stdout) as Record<string, unknown>;
  expect(quality).toMatchObject({
    rows: { train: 120, synthetic: 120, test: 30 },
    kinds: { num: 1, cat: 1 },
  });
  const byFiles = await latent("quality", "train.csv", "made.csv", "--test", "held.csv", ...only);
  expect(byFiles.stderr).toContain('not compared: "id" (a key)');
  expect(JSON.parse(byFiles.stdout)).toEqual({ ...quality, left_out: { id: "a key" } });
  const elsewhere = await latent("quality", "run", "made.csv", "--data", "held.csv", ...only);
  expect(JSON.parse(elsewhere.stdout)).toMatchObject({ rows: { train: 30, synthetic: 120 } });
  const drawn = await latent("quality", "run", "made.csv", "--n", "5");
  expect([drawn.code, drawn.stderr]).toEqual([
    2,
    expect.stringMatching(/--n is how many rows a model draws/),
  ]);
  const schema = await latent("quality", "run", "--schema", "s.json");
  expect(schema.stderr).toMatch(/--schema goes with two tables; those of a model are read by its own schema/);
});

test("--no-copies leaves out rows that equal a training row", async () => {
  const rowsOf = (name: string): string[] =>
    readFileSync(at(name), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.replace(/^[^;]*;/, ""));
  const known = new Set(rowsOf("train.csv"));
  const plain = await latent("generate", "run", "--n", "50", "--out", "plain.csv");
  expect(plain.code, plain.stderr).toBe(0);
  expect(rowsOf("plain.csv").some((row) => known.has(row))).toBe(true);
  const { code, stderr } = await latent("generate", "run", "--n", "50", "--no-copies", "--out", "new.csv");
  expect(code, stderr).toBe(0);
  expect(rowsOf("new.csv")).toHaveLength(50);
  expect(rowsOf("new.csv").some((row) => known.has(row))).toBe(false);
  expect(stderr).toMatch(
    /of \d+ rows that were drawn, [1-9]\d* equalled a row of .*train\.csv and were left out/,
  );
});
