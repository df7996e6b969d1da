import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeNpy } from "../data/portable.js";
import { decodePng } from "../plot/index.js";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });
const small = ["--hidden", "16", "--batch", "64", "--threads", "1", "--epochs", "1"];

beforeAll(() => writeTinyData(at("tiny")));
afterAll(scratch.remove);

describe("every family's latent space is drawn", () => {
  test.each([
    ["von-mises-fisher", "hyperspherical-uniform", 2, 12],
    ["von-mises-fisher", "hyperspherical-uniform", 3, 64],
    ["dirichlet", "dirichlet", 3, 21],
    ["relaxed-one-hot-categorical", "relaxed-one-hot-categorical", 5, 5],
    ["vector-quantised(codes=7)", "uniform-codes", 4, 7],
    ["gamma", "gamma", 2, 36],
    ["normal", "mixture(components=3)", 1, 6],
  ])("%s, prior %s, z %i", async (posterior, prior, z, count) => {
    const out = `${posterior.replace(/\W/g, "")}${z}`;
    const families = ["--posterior", posterior, "--prior", prior, "--z", String(z)];
    const trained = await latent("train", "tiny", "--out", out, ...families, ...small);
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).not.toMatch(/no picture/);
    const report = readFileSync(at(out, "report.html"), "utf8");
    expect(report).toContain("<h3>Manifold</h3>");
    expect(report).toContain("<h3>Latent space</h3>");
    const manifold = ["manifold", out, "--size", "6", "--out"];
    expect((await latent(...manifold, `${out}.npy`)).code).toBe(0);
    expect(decodeNpy(readFileSync(at(`${out}.npy`)), "npy").shape).toEqual([count, 8, 8]);
    expect((await latent(...manifold, `${out}.png`)).code).toBe(0);
    await decodePng(readFileSync(at(`${out}.png`)));
  });

  test("a latent with too many coordinates is refused", async () => {
    await latent("train", "tiny", "--out", "z5", "--z", "5", "--no-pictures", ...small);
    const { code, stderr } = await latent("manifold", "z5");
    expect(stderr).toMatch(/the manifold is drawn of a latent with 1 or 2 coordinates, this model has 5/);
    expect(code).toBe(1);
  });
});

describe("a trained model", () => {
  beforeAll(async () => {
    await latent("train", "tiny", "--out", "run", "--no-pictures", ...small);
  });

  test("is measured further if asked to", async () => {
    const args = ["evaluate", "run", "--samples", "20", "--examples", "40", "--latent-use"];
    const { stdout } = await latent(...args, "--json");
    const { logLikelihood, latentUse, ...plain } = JSON.parse(stdout) as {
      logLikelihood: {
        samples: number;
        examples: number;
        negativeLogLikelihood: number;
        negativeElbo: number;
      };
      latentUse: { klPerDimension: number[]; neighbourAccuracy: number };
      kl: number;
    };
    expect(logLikelihood).toMatchObject({ samples: 20, examples: 40 });
    expect(logLikelihood.negativeLogLikelihood).toBeLessThan(logLikelihood.negativeElbo);
    expect(latentUse.klPerDimension.reduce((a, b) => a + b, 0)).toBeCloseTo(plain.kl, 4);
    expect(latentUse.neighbourAccuracy).toBeGreaterThan(1 / 3);
    expect(JSON.parse((await latent("evaluate", "run", "--json")).stdout)).toEqual(plain);
    const text = (await latent(...args)).stdout;
    for (const name of ["-log p\\(x\\)", "KL of z2", "I\\(x; z\\)", "neighbours"]) {
      expect(text).toMatch(new RegExp(`^${name} +[\\d.]+`, "m"));
    }
    const alone = await latent("evaluate", "run", "--examples", "5");
    expect(alone.code).toBe(2);
  });

  test("generates from a sampler fitted to its codes, the same every time", async () => {
    const npy = async (out: string, ...args: string[]): Promise<unknown> => {
      const done = await latent("generate", "run", "--n", "3", "--out", out, ...args);
      expect(done.code, done.stderr).toBe(0);
      return decodeNpy(readFileSync(at(out)), out);
    };
    const gmm = ["--sampler", "gmm(components=2)"];
    const fitted = await npy("gmm.npy", ...gmm);
    expect(await npy("again.npy", ...gmm)).toEqual(fitted);
    expect(await npy("prior.npy", "--sampler", "prior")).toEqual(await npy("plain.npy"));
    expect(fitted).not.toEqual(await npy("plain.npy"));
    await npy("flow.npy", "--sampler", "flow(epochs=1, layers=2, hidden=[8])");
    const wrong = await latent("generate", "run", "--sampler", "gm");
    expect(wrong.stderr).toMatch(/unknown sampler "gm"; did you mean "gmm"/);
    expect(wrong.code).toBe(2);
  });
});
