import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const goldens = fileURLToPath(new URL("../../goldens/quality", import.meta.url));
const [train, held, synthetic] = ["train.csv", "test.csv", "synthetic.csv"].map((name) =>
  path.join(goldens, name),
) as [string, string, string];
const scratch = scratchFolder();
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });
afterAll(scratch.remove);

describe("of tables", () => {
  test("prints the metric's names as JSON, and writes a report", async () => {
    const asked = ["--test", held, "--target", "label", "--json", "--report", "out/quality.html"];
    const { code, stdout, stderr } = await latent("quality", train, synthetic, ...asked);
    expect(code, stderr).toBe(0);
    const quality = JSON.parse(stdout) as Record<string, unknown>;
    expect(quality.overall).toBeCloseTo(0.9023848219556594, 9);
    expect(Object.keys(quality.efficacy as object)).toEqual(["real", "synthetic", "ratio"]);
    expect(existsSync(path.join(scratch.folder, "out/quality.html"))).toBe(true);
  });

  test("says what the figures mean", async () => {
    const { code, stdout } = await latent(
      "quality",
      train,
      synthetic,
      "--only",
      "shapes,privacy",
      "--details",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^overall +0\.9024 {2}fair {2}the mean of shapes and pairs/m);
    expect(stdout).toMatch(/^0\.\d{4} {2}\w+ with \w+$/m);
  });

  test.each([
    [
      "a target that isn't there",
      ["--test", held, "--target", "nope"],
      2,
      /the target "nope" is no column of train\.csv/,
    ],
    ["a target without held-out rows", ["--target", "label"], 2, /give them too, as --test/],
    ["an unknown part", ["--only", "shape"], 2, /only must be .*shapes, pairs/],
    [
      "what is for pictures",
      ["--neighbours", "3"],
      2,
      /--neighbours compares pictures: give --encoder RUN too/,
    ],
  ])("refuses %s", async (_, args, expected, message) => {
    const { code, stderr } = await latent("quality", train, synthetic, ...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
  });
});

describe("of pictures", () => {
  beforeAll(async () => {
    writeTinyData(path.join(scratch.folder, "tiny"));
    const small = ["--hidden", "16", "--batch", "64", "--threads", "1", "--epochs", "2", "--z", "3"];
    await latent("train", "tiny", "--out", "run", ...small);
    await latent("generate", "run", "--n", "80", "--out", "made.npy");
  });

  test("compares in the codes of a run", async () => {
    const { code, stdout, stderr } = await latent(
      "quality",
      "tiny",
      "made.npy",
      "--encoder",
      "run",
      "--json",
    );
    expect(code, stderr).toBe(0);
    const quality = JSON.parse(stdout) as Record<string, number>;
    expect(quality).toMatchObject({ real: 60, generated: 80, k: 5 });
    for (const name of ["precision", "recall", "coverage"]) {
      expect(quality[name]).toBeGreaterThanOrEqual(0);
      expect(quality[name]).toBeLessThanOrEqual(1);
    }
  });

  test("a set beside itself is perfect", async () => {
    const { stdout } = await latent("quality", "tiny", "tiny", "--encoder", "run");
    expect(stdout).toMatch(/^precision +1\.0000/m);
    expect(stdout).toMatch(/^density +1\.0000/m);
  });

  test("refuses what is for tables", async () => {
    const { code, stderr } = await latent("quality", "tiny", "tiny", "--encoder", "run", "--target", "x");
    expect(stderr).toMatch(/--target is about tables/);
    expect(code).toBe(2);
  });
});
