import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foundCombinations } from "./combinations.js";
import { encodePng } from "../plot/index.js";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });
const small = ["--hidden", "16", "--batch", "64", "--threads", "1", "--epochs", "1", "--no-pictures"];
const json = (...names: string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(at(...names), "utf8")) as Record<string, unknown>;

/** A black ring on white, 64 pixels wide, of radius 24. */
async function ring(): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: 64 * 64 }, (_, i) =>
    Math.abs(Math.hypot((i % 64) - 31.5, Math.floor(i / 64) - 31.5) - 24) < 2 ? 0 : 255,
  );
  return encodePng({ width: 64, height: 64, channels: 1, data });
}

function priorOf(folder: string): { name: string; config: { file?: string; points?: number[][] } } {
  return (json(folder, "config.json").model as { prior: ReturnType<typeof priorOf> }).prior;
}

beforeAll(async () => {
  writeTinyData(at("tiny"));
  writeFileSync(at("ring.png"), await ring());
  writeFileSync(at("moons.csv"), "x;y\n0;1\n1;0\n-1;0.25\n");
});
afterAll(scratch.remove);

describe("a prior given by samples", () => {
  const objective = ["--objective", "wae-mmd"];

  test("is read from a PNG, kept with the run, and drawn from when the file has gone", async () => {
    const prior = ["--prior", "samples(file=ring.png)"];
    const trained = await latent("train", "tiny", "--out", "ring", ...prior, ...objective, ...small);
    expect(trained.code, trained.stderr).toBe(0);
    const { config } = priorOf("ring");
    const radii = (config.points ?? []).map(([x = 0, y = 0]) => Math.hypot(x, y));
    // 24 of 64 pixels of a picture that spans -2..2: radius 1.5, two pixels of 1/16 either way.
    expect(radii.length).toBeGreaterThan(500);
    expect(Math.min(...radii)).toBeGreaterThan(1.5 - 2 / 16);
    expect(Math.max(...radii)).toBeLessThan(1.5 + 2 / 16);
    renameSync(at("ring.png"), at("moved.png"));
    const generated = await latent("generate", "ring", "--n", "4", "--out", "ring.npy");
    expect(generated.code, generated.stderr).toBe(0);
    const inspected = await latent("inspect", "ring");
    expect(inspected.stdout).toMatch(/^prior +samples\(file=ring\.png, points="[\d,]+ points"\)$/m);
    // Without the flag, the run's own points go on; no file is needed.
    const resumed = await latent("train", "--out", "ring", "--resume", "--epochs", "2", "--no-pictures");
    expect(resumed.code, resumed.stderr).toBe(0);
  });

  test("is read from a CSV that a config file names", async () => {
    const config = { prior: "samples(file=moons.csv)", objective: "sliced-wasserstein" };
    writeFileSync(at("samples.json"), JSON.stringify(config));
    const trained = await latent("train", "tiny", "--out", "csv", "--config", "samples.json", ...small);
    expect(trained.code, trained.stderr).toBe(0);
    expect(priorOf("csv").config.points).toEqual([
      [0, 1],
      [1, 0],
      [-1, 0.25],
    ]);
    const generated = await latent("generate", "csv", "--config", "samples.json", "--out", "csv.npy");
    expect(generated.code, generated.stderr).toBe(0);
  });

  test.each([
    ["none.png", /can't read none\.png: it does not exist/, 1],
    ["tiny/train-images-idx3-ubyte", /"tiny\/train-images-idx3-ubyte" must be a \.csv/, 2],
    ["bad.csv", /bad\.csv: line 2 of the CSV, column 2: "b" is no number/, 1],
    ["bad.png", /bad\.png: not a readable PNG/, 1],
    ["three.csv", /samples of three\.csv have 3 coordinates, the latent has 2: use --z 3/, 2],
  ])("says what is wrong with %s", async (file, message, code) => {
    writeFileSync(at("bad.csv"), "1,2\n3,b\n");
    writeFileSync(at("bad.png"), "no picture");
    writeFileSync(at("three.csv"), "1,2,3\n");
    const prior = ["--prior", `samples(file=${file})`];
    const failed = await latent("train", "tiny", "--out", "bad", ...prior, ...objective, ...small);
    expect(failed.stderr).toMatch(message);
    expect(failed.code).toBe(code);
  });
});

describe("binarisation", () => {
  test("is chosen, recorded, told beside the figures, and the same in evaluation", async () => {
    const mode = ["--binarize", "dynamic"];
    const trained = await latent("train", "tiny", "--out", "binary", ...mode, ...small);
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stdout).toMatch(/^epoch 1\/1 .*dynamic binarisation/m);
    expect(json("binary", "config.json").binarize).toBe("dynamic");
    const { evaluation } = JSON.parse(readFileSync(at("binary", "metrics.jsonl"), "utf8")) as {
      evaluation: Record<string, unknown>;
    };
    const measured = async (...args: string[]): Promise<Record<string, unknown>> =>
      JSON.parse((await latent("evaluate", ...args, "--json")).stdout) as Record<string, unknown>;
    expect(await measured("binary")).toEqual(evaluation);
    // A model folder on its own remembers it too.
    expect((await measured(path.join("binary", "model"), "--data", "tiny")).binarize).toBe("dynamic");
    const threshold = await measured("binary", "--binarize", "threshold");
    expect(threshold.binarize).toBe("threshold");
    expect(threshold.reconstruction).not.toBe(evaluation.reconstruction);
    const shown = await latent("evaluate", "binary", "--binarize", "static");
    expect(shown.stdout).toMatch(/60 examples of tiny, static binarisation/);
  });

  test("an unknown way is refused with a suggestion", async () => {
    const { code, stderr } = await latent("train", "tiny", "--out", "x", "--binarize", "dinamic");
    expect(stderr).toMatch(/--binarize can't be "dinamic"; did you mean "dynamic"/);
    expect(code).toBe(2);
  });
});

test("list shows which combinations work, the same as training does", async () => {
  const { stdout, code } = await latent("list", "--json");
  expect(code).toBe(0);
  const { combinations } = JSON.parse(stdout) as {
    combinations: { priors: Record<string, string[]>; refused: Record<string, string[]> };
  };
  // they are found once, when the program is built
  expect(combinations).toEqual(foundCombinations());
  expect(combinations.priors.normal).toContain("mixture");
  expect(combinations.priors["von-mises-fisher"]).not.toContain("normal");
  expect(combinations.priors["vector-quantised"]).toEqual(["uniform-codes"]);
  expect(combinations.refused.iwae).toEqual(["vector-quantised"]);
  expect(combinations.refused.elbo).toEqual([]);
  const families = ["--posterior", "von-mises-fisher", "--prior", "normal"];
  const refused = await latent("train", "tiny", "--out", "refused", ...families, ...small);
  expect(refused.code).not.toBe(0);
  const text = await latent("list");
  expect(text.stdout).toMatch(
    /^ {2}power-spherical, von-mises-fisher\n {6}hyperspherical-uniform, vamp-prior$/m,
  );
  for (const line of text.stdout.split("\nwhich ").slice(1).join("\n").split("\n")) {
    expect(line.length).toBeLessThanOrEqual(100);
  }
});
