import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeNpy, encodeNpy } from "../data/index.js";
import { decodePng } from "../plot/index.js";
import { RandomStream, tensor } from "../tensor/index.js";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (name: string): string => path.join(scratch.folder, name);
const latent = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { cwd: scratch.folder });
afterAll(scratch.remove);

async function good(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await latent(...args);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** The rows of a CSV file by column. */
function csv(file: string): Record<string, string>[] {
  const [head = "", ...lines] = readFileSync(at(file), "utf8").trim().split("\n");
  const fields = (line: string): string[] =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field = ""]) => field.replace(/^"|"$/g, ""));
  const columns = head.split(",");
  return lines.map((line) => Object.fromEntries(columns.map((column, k) => [column, fields(line)[k] ?? ""])));
}

const png = async (file: string) => decodePng(readFileSync(at(file)));

beforeAll(async () => {
  writeTinyData(at("tiny"));
  const args = [
    "--epochs",
    "8",
    "--hidden",
    "16",
    "--threads",
    "1",
    "--no-pictures",
    "--seed",
    "2",
    "--out",
    "run",
  ];
  await good("train", "tiny", ...args);
  // 20 of the usual, 5 of noise
  const { data } = decodeNpy(readFileSync(await usualArray()), "usual");
  const noise = new RandomStream(9, "noise").uniform(new Float32Array(5 * 64), 0).map((value) => 255 * value);
  const mixed = Uint8Array.from([...Array.from(data as Uint8Array).slice(0, 20 * 64), ...noise]);
  writeFileSync(at("mixed.npy"), encodeNpy(tensor("uint8", [25, 8, 8], mixed)));
});

/** The tiny data's test pictures as an array. */
async function usualArray(): Promise<string> {
  const bytes = readFileSync(at("tiny/t10k-images-idx3-ubyte"));
  writeFileSync(at("usual.npy"), encodeNpy(tensor("uint8", [60, 8, 8], Uint8Array.from(bytes.subarray(16)))));
  return at("usual.npy");
}

describe("latent score", () => {
  test("puts several scores beside each other; the recommended one finds noise", async () => {
    writeFileSync(at("ids.txt"), `${Array.from({ length: 25 }, (_, i) => `row "${i}"`).join("\n")}\n`);
    await good(
      "score",
      "run",
      "mixed.npy",
      "--out",
      "scores.csv",
      "--ids",
      "ids.txt",
      "--draws",
      "5",
      "--worst",
      "worst.png",
      "--worst-count",
      "5",
    );
    const rows = csv("scores.csv");
    expect(rows).toHaveLength(25);
    expect(Object.keys(rows[0] ?? {})).toEqual([
      ...[
        "reconstruction",
        "kl",
        "negativeElbo",
        "negativeLogLikelihood",
        "squaredError",
        "errorPerInk",
        "typicality",
      ],
      ...["codeDistance", "codeNeighbours", "recommended", "flagged", "blameShare", "blame", "id"],
    ]);
    const recommended = rows.map((row) => Number(row.recommended));
    expect(Math.min(...recommended.slice(20))).toBeGreaterThan(Math.max(...recommended.slice(0, 20)));
    expect(rows.slice(20).map(({ flagged }) => flagged)).toEqual(["1", "1", "1", "1", "1"]);
    for (const row of rows) {
      expect(Number(row.negativeElbo)).toBeCloseTo(Number(row.reconstruction) + Number(row.kl), 3);
      expect(row.blame).toMatch(/^row [0-7], column [0-7]$/);
    }
    expect(rows[3]?.id).toBe('row ""3""');
    const picture = await png("worst.png");
    expect(picture.channels).toBe(3);
    expect(picture.width).toBeGreaterThan(5 * 56);
  });

  test("measures scores where labels tell the anomalies", async () => {
    const told = await good(
      "score",
      "run",
      "--anomalies",
      "label=2",
      "--out",
      "labelled.csv",
      "--false-alarms",
      "0.1",
      "--json",
    );
    const { areas, curves } = JSON.parse(told) as {
      areas: Record<string, { roc: number; precisionRecall: number }>;
      curves: string;
    };
    expect(curves).toBe("labelled-curves.png");
    expect((await png(curves)).width).toBeGreaterThan(600);
    const rows = csv("labelled.csv");
    const [scores, marks] = [
      rows.map((row) => Number(row.negativeElbo)),
      rows.map(({ label }) => label === "2"),
    ];
    let [right, all] = [0, 0];
    scores.forEach((a, i) =>
      scores.forEach((b, j) => {
        if (!marks[i] || marks[j]) return;
        all++;
        right += a > b ? 1 : a === b ? 0.5 : 0;
      }),
    );
    expect(areas.negativeElbo?.roc).toBeCloseTo(right / all, 2);
  });

  test.each([
    [["--anomalies", "label=7"], 'no example has the label "7"; the labels are 0, 1, 2'],
    [["--anomalies", "colour=2"], 'told apart by "label"'],
    [["--anomalies", "label=0,1,2"], "--anomalies names all examples"],
    [["--false-alarms", "2"], "must be a number from 0 to 1"],
    [["--by", "nothing"], "--by"],
    [["--curves", "x.svg"], "--curves must end in .png"],
    [["--by", "negativeLogLikelihood"], "there is no such score here"],
    [["--ids", "missing.txt"], "missing.txt"],
  ])("refuses %j", async (args, words) => {
    const { code, stderr } = await latent("score", "run", "--out", "refused.csv", ...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
    expect(existsSync(at("refused.csv"))).toBe(false);
  });
});

describe("latent encode", () => {
  test("writes means, deviations and parameters with ids and labels", async () => {
    await good("encode", "run", "--out", "codes.csv", "--what", "deviations");
    await good("encode", "run", "--out", "all.csv", "--what", "parameters");
    await good("encode", "run", "--out", "codes.npy", "--what", "deviations");
    const [some, all] = [csv("codes.csv"), csv("all.csv")];
    expect(Object.keys(some[0] ?? {})).toEqual(["z1", "z2", "s1", "s2", "id", "label"]);
    expect(Object.keys(all[0] ?? {})).toEqual(["mean1", "mean2", "logVar1", "logVar2", "id", "label"]);
    expect(some.map(({ id }) => Number(id))).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(some.map(({ label }) => Number(label))).toEqual(Array.from({ length: 60 }, (_, i) => i % 3));
    expect(Number(some[5]?.s2)).toBeCloseTo(Math.exp(Number(all[5]?.logVar2) / 2), 5);
    const { shape, data } = decodeNpy(readFileSync(at("codes.npy")), "codes");
    expect(shape).toEqual([60, 4]);
    expect(Number(data[5 * 4 + 3])).toBeCloseTo(Number(some[5]?.s2), 6);
  });

  test("writes Parquet, or says what to install", async () => {
    const { code, stderr } = await latent("encode", "run", "--out", "codes.parquet");
    if (code === 0) expect(readFileSync(at("codes.parquet")).subarray(0, 4).toString()).toBe("PAR1");
    else expect(stderr).toMatch(/DuckDB, which is not installed: npm install @duckdb\/node-api/);
  });

  test("wants an id for each example", async () => {
    writeFileSync(at("two.txt"), "a\nb\n");
    const { code, stderr } = await latent("encode", "run", "--out", "x.csv", "--ids", "two.txt");
    expect(code).toBe(2);
    expect(stderr).toContain("two.txt: has 2 lines, but there are 60 examples");
  });
});

describe("latent nearest", () => {
  test("finds neighbours of the asker's kind, by number and by file", async () => {
    await good("nearest", "run", "--of", "0,1", "--k", "4", "--out", "near.csv");
    const rows = csv("near.csv");
    expect(rows).toHaveLength(8);
    for (const { of, id, rank, label } of rows) {
      expect(id).not.toBe(of);
      if (rank === "1") expect(label).toBe(String(Number(of) % 3));
    }
    await good("nearest", "run", "tiny", "--of", "usual.npy", "--k", "1", "--out", "self.csv");
    const self = csv("self.csv");
    expect(self.slice(0, 50).map(({ id }) => id)).toEqual(self.slice(0, 50).map(({ of }) => of));
    for (const { distance } of self) expect(Number(distance)).toBeLessThan(1e-3);
    await good("nearest", "run", "--of", "3", "--k", "5", "--precision", "--out", "near.png");
    expect((await png("near.png")).width).toBeGreaterThan(6 * 56);
  });

  test.each([
    [["--of", "60"], "--of must be below 60"],
    [["--of", "nowhere.npy"], "nowhere.npy"],
    [["--k", "60"], "only 59 neighbours"],
    [["--out", "x.npy"], "--out must end in .png or .csv"],
  ])("refuses %j", async (args, words) => {
    const { code, stderr } = await latent("nearest", "run", ...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
  });
});

describe("latent attribute and traverse", () => {
  test("a direction is found, drawn, saved, and moved along", async () => {
    const groups = ["--positive", "label=0", "--negative", "label=1"];
    await good("attribute", "run", ...groups, "--save", "direction.npy", "--out", "attribute.json");
    const told = JSON.parse(readFileSync(at("attribute.json"), "utf8")) as Record<string, unknown>;
    const { data } = decodeNpy(readFileSync(at("direction.npy")), "direction");
    expect(told.direction).toEqual(Array.from(data, Number));
    expect([told.positive, told.negative]).toEqual([20, 20]);
    expect(told.separation).toBeGreaterThan(0.9);
    await good(
      "attribute",
      "run",
      ...groups,
      "--method",
      "lda",
      "--of",
      "1,4",
      "--strengths=-1,0,1",
      "--out",
      "attribute.png",
    );
    expect((await png("attribute.png")).width).toBeGreaterThan(4 * 56);
    await good(
      "traverse",
      "run",
      "--direction",
      "direction.npy",
      "--of",
      "1",
      "--steps",
      "3",
      "--range",
      "0..1",
      "--out",
      "along.npy",
    );
    const along = decodeNpy(readFileSync(at("along.npy")), "along");
    expect(along.shape).toEqual([3, 8, 8]);
    // a bar above becomes a bar at the left
    const corner = (i: number, y: number, x: number): number => Number(along.data[i * 64 + 8 * y + x]);
    expect(corner(0, 1, 6)).toBeGreaterThan(corner(2, 1, 6));
    expect(corner(0, 6, 1)).toBeLessThan(corner(2, 6, 1));
  });

  test("each coordinate is moved, from the middle or an example", async () => {
    await good("traverse", "run", "--out", "traversal.png");
    expect((await png("traversal.png")).height).toBeGreaterThan(2 * 56);
    await good(
      "traverse",
      "run",
      "--of",
      "2",
      "--dims",
      "1",
      "--range=-2..2",
      "--steps",
      "5",
      "--out",
      "one.npy",
    );
    expect(decodeNpy(readFileSync(at("one.npy")), "one").shape).toEqual([5, 8, 8]);
  });

  test.each([
    [["traverse", "run", "--dims", "0,2"], "no coordinate 2; the latent space has 2, 0 to 1"],
    [["traverse", "run", "--dims", "x"], "--dims must be numbers of coordinates"],
    [["traverse", "run", "--range", "3"], "--range must be two different numbers"],
    [["traverse", "run", "--of", "60"], "--of must be below 60"],
    [["traverse", "run", "--direction", "missing.npy"], "there is no file missing.npy"],
    [["traverse", "run", "--direction", "usual.npy"], "must be 2 finite numbers"],
    [["attribute", "run", "--positive", "label=0"], "--negative is missing"],
    [["attribute", "run", "--positive", "label=0", "--negative", "label=9"], 'no example has the label "9"'],
    [["attribute", "run", "--positive", "label=0", "--negative", "label=0,1"], "name the same examples"],
    [["attribute", "run", "usual.npy", "--positive", "label=0", "--negative", "label=1"], "has none"],
    [["generate", "run", "--temperature", "x"], "--temperature"],
    [["generate", "run", "--temperature", "0.5", "--sampler", "gmm"], "can't be used with --sampler gmm"],
  ])("refuses %j", async (args, words) => {
    const { code, stderr } = await latent(...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
  });

  test("generate takes a temperature", async () => {
    await good("generate", "run", "--n", "40", "--temperature", "0.1", "--out", "cool.npy");
    await good("generate", "run", "--n", "40", "--out", "warm.npy");
    const spread = (file: string): number => {
      const { data } = decodeNpy(readFileSync(at(file)), file);
      let total = 0;
      for (let p = 0; p < 64; p++) {
        const values = Array.from({ length: 40 }, (_, i) => Number(data[i * 64 + p]));
        const mean = values.reduce((a, b) => a + b, 0) / 40;
        total += values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      }
      return total;
    };
    expect(spread("cool.npy")).toBeLessThan(0.2 * spread("warm.npy"));
  });
});
