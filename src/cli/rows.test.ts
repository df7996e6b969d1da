import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeNpy, encodeNpy } from "../data/index.js";
import { RandomStream, tensor } from "../tensor/index.js";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (name: string): string => path.join(scratch.folder, name);
const latent = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { cwd: scratch.folder });
afterAll(scratch.remove);

function table(file: string): { columns: string[]; rows: number[][] } {
  const [head = "", ...lines] = readFileSync(at(file), "utf8").trim().split("\n");
  return { columns: head.split(","), rows: lines.map((line) => line.split(",").map(Number)) };
}

function array(file: string): { shape: readonly number[]; data: number[] } {
  const { shape, data } = decodeNpy(readFileSync(at(file)), file);
  return { shape, data: Array.from(data, Number) };
}

beforeAll(async () => {
  writeTinyData(at("tiny"));
  const args = ["--epochs", "3", "--hidden", "16", "--threads", "1", "--no-pictures", "--out", "run"];
  const run = await latent("train", "tiny", ...args);
  expect(run.code, run.stderr).toBe(0);
});

describe("latent encode", () => {
  test("writes the codes of all test examples in their order, the same as .csv and .npy", async () => {
    expect((await latent("encode", "run", "tiny", "--out", "codes.csv")).code).toBe(0);
    expect((await latent("encode", "run", "--out", "codes.npy")).code).toBe(0);
    const { columns, rows } = table("codes.csv");
    const { shape, data } = array("codes.npy");
    expect(columns).toEqual(["z1", "z2", "id", "label"]);
    expect(shape).toEqual([60, 2]);
    expect(rows.flatMap(([z1 = 0, z2 = 0]) => [z1, z2])).toEqual(data);
  });

  test("takes all of a single file, in its order", async () => {
    const pixels = new RandomStream(2, "pixels").uniform(new Float32Array(25 * 64), 0);
    const bytes = Uint8Array.from(pixels, (value) => 255 * value);
    writeFileSync(at("more.npy"), encodeNpy(tensor("uint8", [25, 8, 8], bytes)));
    const found = await latent("encode", "run", "more.npy", "--out", "more-codes.npy");
    expect(found.code, found.stderr).toBe(0);
    expect(array("more-codes.npy").shape).toEqual([25, 2]);
    const first = encodeNpy(tensor("uint8", [1, 8, 8], bytes.slice(0, 64)));
    writeFileSync(at("first.npy"), first);
    await latent("encode", "run", "first.npy", "--out", "first-code.npy");
    const [one, all] = [array("first-code.npy").data, array("more-codes.npy").data];
    one.forEach((value, k) => expect(all[k]).toBeCloseTo(value, 5));
  });

  test("makes examples binary as the run did, of a run's folder and of the model in it alike", async () => {
    const args = ["--epochs", "1", "--hidden", "8", "--threads", "1", "--no-pictures"];
    await latent("train", "tiny", ...args, "--binarize", "threshold", "--out", "binary");
    await latent("encode", "binary", "tiny", "--out", "of-run.npy");
    const found = await latent("encode", path.join("binary", "model"), "tiny", "--out", "of-model.npy");
    expect(found.code, found.stderr).toBe(0);
    expect(array("of-model.npy")).toEqual(array("of-run.npy"));
  });

  test("names the ending that --out must have", async () => {
    const { code, stderr } = await latent("encode", "run", "--out", "codes.txt");
    expect(code).toBe(2);
    expect(stderr).toMatch(/--out must end in \.npy or \.csv/);
  });
});

describe("latent score", () => {
  test("gives each example's terms; log p(x) averages to the evaluation's, the ELBO of other draws nearly", async () => {
    expect((await latent("score", "run", "tiny", "--out", "scores.csv", "--samples", "20")).code).toBe(0);
    const { columns, rows } = table("scores.csv");
    expect(columns.slice(0, 4)).toEqual(["reconstruction", "kl", "negativeElbo", "negativeLogLikelihood"]);
    expect(rows).toHaveLength(60);
    for (const [rec = 0, kl = 0, elbo = 0] of rows) expect(elbo).toBeCloseTo(rec + kl, 3);
    const mean = (k: number): number => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0) / rows.length;
    const evaluated = await latent("evaluate", "run", "--json", "--samples", "20");
    const evaluation = JSON.parse(evaluated.stdout) as {
      negativeElbo: number;
      logLikelihood: { negativeLogLikelihood: number };
    };
    expect(Math.abs(mean(2) - evaluation.negativeElbo)).toBeLessThan(1);
    expect(mean(3)).toBeCloseTo(evaluation.logLikelihood.negativeLogLikelihood, 3);
  });
});

describe("latent generate --draw", () => {
  test("draws black and white pixels where the mean is grey, the same for the same seed", async () => {
    const draw = async (file: string, ...more: string[]): Promise<number[]> => {
      const made = await latent("generate", "run", "--n", "12", "--seed", "3", "--out", file, ...more);
      expect(made.code, made.stderr).toBe(0);
      return array(file).data;
    };
    const [mean, drawn, again] = [
      await draw("mean.npy"),
      await draw("drawn.npy", "--draw"),
      await draw("again.npy", "--draw"),
    ];
    expect(new Set(drawn)).toEqual(new Set([0, 1]));
    expect(drawn).toEqual(again);
    const average = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(Math.abs(average(mean) - average(drawn))).toBeLessThan(0.05);
  });
});
