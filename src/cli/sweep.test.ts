import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";
import { beginSweep, modelFiles, rowsIn, sweepPlace, valuesIn } from "../testing/sweep-runs.js";

const requestsIn = (folder: string): string[] => {
  const control = path.join(folder, "control");
  return existsSync(control) ? readdirSync(control) : [];
};
const place = sweepPlace();
const { at, base, specFile } = place;
afterAll(() => place.remove());

describe("latent sweep", () => {
  test("keeps runs, a table, a report, and a best model that latent train gives again, bit for bit, after rungs and a schedule", async () => {
    const more = { run: { ...base.run, schedule: "cosine(warmup=3)", epochs: 4 }, stopping: "asha(eta=2)" };
    const file = specFile("first", more);
    const swept = await runCli(["sweep", file, "--out", at("first")]);
    expect(swept).toMatchObject({ code: 0 });
    expect(swept.stdout).toMatch(/best {5}negativeElbo [\d.]+ \(validation\), trial \d: lr/);
    const html = readFileSync(at("first", "report.html"), "utf8");
    for (const part of ["History of the best", "Settings and what they came to", "Samples of the best runs"])
      expect(html).toContain(part);
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    const trained = await runCli([
      "train",
      "--config",
      at("first", "best.config.json"),
      "--out",
      at("again"),
      "--no-pictures",
    ]);
    expect(trained.code).toBe(0);
    expect(modelFiles(at("again"))).toEqual(modelFiles(at("first", "best")));
    expect(existsSync(at("first", "best", "report.html"))).toBe(true);

    const said = await runCli(["sweep", "status", at("first"), "--json"]);
    expect(JSON.parse(said.stdout)).toMatchObject({
      used: { trials: 3 },
      best: { complete: true, split: "validation" },
    });
    // The same command has nothing left to do; with a greater budget it goes on.
    const values = valuesIn(at("first"));
    const grown = await runCli(["sweep", file, "--out", at("first"), "--trials", "4"]);
    expect(grown.code).toBe(0);
    expect(valuesIn(at("first"))).toHaveLength(4);
    expect(
      rowsIn(at("first"))
        .map(({ runs }) => runs)
        .slice(0, 3),
    ).toHaveLength(values.length);
    const other = await runCli(["sweep", specFile("other"), "--out", at("first")]);
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain("holds a sweep with other settings");
  });

  test("is paused, changed, resumed and stopped from outside while it goes on", async () => {
    const file = specFile("paused", { budget: { trials: 3 }, concurrency: 1 });
    const seen: string[] = [];
    let said = "";
    let asked: Promise<unknown> = Promise.resolve();
    const code = await beginSweep([file, "--out", at("paused")], (event) => {
      const state = (event.control as { state?: string } | undefined)?.state;
      if (event.type === "task" && seen.length === 0) asked = runCli(["sweep", "pause", at("paused")]);
      if (event.type === "task" && seen.length === 0) seen.push("task");
      if (event.type === "status" && state === "paused" && !seen.includes("paused")) {
        seen.push("paused");
        const standing = async (): Promise<string> => {
          const status = async (): Promise<string> =>
            (await runCli(["sweep", "status", at("paused")])).stdout;
          // the run under way goes on to its epoch's end
          await expect.poll(status, { timeout: 30_000 }).toMatch(/paused .* trials \(1 (?!running)/);
          return status();
        };
        asked = asked.then(async () => {
          said = await standing();
          return runCli(["sweep", "resume", at("paused"), "--trials", "2", "--concurrency", "2"]);
        });
      }
    });
    const resumed = (await asked) as { code: number; stderr: string };
    expect(seen).toEqual(["task", "paused"]);
    expect(said).toMatch(/^sweep {4}paused .* trials \(1 (waiting|complete)\)/);
    expect(resumed).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("goes on in the process that runs it") as string,
    });
    expect(code).toBe(0);
    expect(valuesIn(at("paused"))).toHaveLength(2);
  });

  test("is asked nothing once it has ended", async () => {
    mkdirSync(at("over"));
    writeFileSync(at("over", "sweep.sqlite"), "");
    writeFileSync(at("over", "status.json"), JSON.stringify({ ended: true, counts: { running: 0 } }));
    for (const what of ["pause", "stop"]) {
      const late = await runCli(["sweep", what, at("over")]);
      expect(late).toMatchObject({ code: 0, stderr: expect.stringContaining("has ended") as string });
    }
    expect(requestsIn(at("over"))).toEqual([]);
  });

  test("prunes runs that diverge or are too large, tells why, and refits the best", async () => {
    const run = { ...base.run, lr: "choice(of=[0.01, 1e30])", hidden: "choice(of=[[8], [512]])", epochs: 1 };
    const file = specFile("pruned", {
      run,
      search: "grid",
      budget: {},
      constraints: { parameters: 20_000 },
      refit: true,
    });
    const swept = await runCli(["sweep", file, "--out", at("pruned")]);
    expect(swept).toMatchObject({ code: 0 });
    const rows = rowsIn(at("pruned"));
    expect(rows.map(({ state }) => state)).toEqual(["complete", "pruned", "pruned", "pruned"]);
    expect(rows[1]?.reason).toMatch(/became (NaN|-?Infinity)/);
    expect(rows[2]?.reason).toContain("parameters, which is above 20000");
    const config = JSON.parse(readFileSync(at("pruned", "best.config.json"), "utf8")) as Record<
      string,
      unknown
    >;
    expect(config).toMatchObject({ lr: 0.01, hidden: [8] });
    expect(config).not.toHaveProperty("validation");
    expect(JSON.parse(readFileSync(at("pruned", "best", "config.json"), "utf8"))).toMatchObject({
      validation: 0,
    });
  });

  test("without a trial that ends well says so by its exit code", async () => {
    const run = { ...base.run, z: "choice(of=[2, 3])", objective: "beta-vae(beta=1e30)", lr: 1e30 };
    const file = specFile("hopeless", { run, budget: { trials: 2 } });
    const { code, stderr } = await runCli(["sweep", file, "--out", at("hopeless")]);
    expect(stderr).toContain("there is no best model to export");
    expect(code).toBe(1);
  });

  test("says what is wrong before it makes anything", async () => {
    const nothing = await runCli(["sweep", at("nowhere.json")]);
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining("does not exist") as string });
    const wrong = await runCli(["sweep", specFile("wrong", { budget: { trails: 1 } }), "--out", at("wrong")]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("trails") as string });
    expect(existsSync(at("wrong"))).toBe(false);
    const status = await runCli(["sweep", "status", at("tiny")]);
    expect(status).toMatchObject({ code: 2, stderr: expect.stringContaining("holds no sweep") as string });
  });
});
