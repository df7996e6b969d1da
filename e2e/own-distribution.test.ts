import { cpSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkDistribution, constant, evaluate, klDivergence, normal } from "latent";
import { triangular } from "../examples/own-distribution/triangular.js";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../src/testing/run-cli.js";

const example = fileURLToPath(new URL("../examples/own-distribution", import.meta.url));
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: at() });

afterAll(scratch.remove);

describe("a distribution that the package does not have", () => {
  test("passes the contract suite, exact divergence included", async () => {
    const report = await checkDistribution(
      triangular,
      { loc: [0, 0.5], scale: [1, 2] },
      {
        evaluate,
        against: [normal.of({ loc: Float64Array.of(0.2, -1), scale: Float64Array.of(1.5, 0.7) })],
        extremes: [
          { loc: 0, scale: 1e-6 },
          { loc: 1e3, scale: 1 },
          { loc: -1e3, scale: 1e6 },
        ],
      },
    );
    const outcomes = Object.fromEntries(report.checks.map(({ name, outcome }) => [name, outcome]));
    expect(outcomes).toMatchObject({
      "density integrates to one": "passed",
      "KL to normal matches the densities": "passed",
      "KL to normal matches Monte Carlo": "passed",
    });
    expect(Object.values(outcomes)).not.toContain("skipped");
  });

  test("has its divergence from a normal in closed form, from others by estimate", () => {
    const p = triangular.of({ loc: 0, scale: 1 });
    const method = (q: ReturnType<typeof triangular.of>): string => klDivergence(p, q, constant(0.3)).method;
    expect(method(normal.of({ loc: 0, scale: 1 }))).toBe("exact");
    expect(method(triangular.of({ loc: 0, scale: 2 }))).toBe("monteCarlo");
  });
});

describe("its config file", () => {
  let trained: CliResult;
  beforeAll(async () => {
    cpSync(example, at(), { recursive: true, filter: (file) => !/[\\/]run$/.test(file) });
    writeTinyData(at("tiny"));
    trained = await latent("train", "tiny", "--epochs", "3", "--hidden", "16", "--batch", "32");
  });

  test("trains with it and says so", () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stdout).toContain("posterior triangular");
    const lines = readFileSync(at("run", "metrics.jsonl"), "utf8").trim().split("\n");
    const elbos = lines.map(
      (line) => (JSON.parse(line) as { evaluation: { negativeElbo: number } }).evaluation.negativeElbo,
    );
    expect(elbos).toHaveLength(3);
    expect(elbos.at(-1)).toBeLessThan(elbos[0] ?? 0);
    const model = JSON.parse(readFileSync(at("run", "model", "model.json"), "utf8")) as object;
    expect(JSON.stringify(model)).toContain('"triangular"');
  });

  test("lets generate and evaluate read the run again", async () => {
    const [generated, evaluated] = await Promise.all([
      latent("generate", "run", "--n", "9", "--out", "nine.png"),
      latent("evaluate", "run", "--json"),
    ]);
    expect(generated.code, generated.stderr).toBe(0);
    expect(existsSync(at("nine.png"))).toBe(true);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const { klMethod, kl } = JSON.parse(evaluated.stdout) as { klMethod: string; kl: number };
    expect(klMethod).toBe("exact");
    expect(kl).toBeGreaterThan(0);
  });

  test("is asked for by name where the config file is missing", async () => {
    const folder = scratchFolder();
    const { code, stderr } = await runCli(["evaluate", at("run")], { cwd: folder.folder });
    folder.remove();
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/triangular/);
  });
});
