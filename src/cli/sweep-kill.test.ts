import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const data = at("tiny");
let file = "";
beforeAll(async () => {
  writeTinyData(data);
  file = specFile("killed", { concurrency: 1 });
  const whole = await runCli(["sweep", file, "--out", at("whole")]);
  if (whole.code !== 0) throw new Error(whole.stderr);
}, 60_000);
afterAll(scratch.remove);

const base = {
  run: { data, hidden: [8], batch: 32, validation: 0.2, lr: "log-uniform(from=1e-3, to=0.1)", epochs: 2 },
  search: "random",
  budget: { trials: 3 },
  concurrency: 2,
};

/** Writes a sweep's file; returns its path. */
function specFile(name: string, more: object = {}): string {
  const file = at(`${name}.sweep.json`);
  writeFileSync(file, JSON.stringify({ ...base, ...more }));
  return file;
}

interface Row {
  readonly trial: number;
  readonly state: string;
  readonly reason: string;
  readonly value: number | null;
  readonly runs: readonly string[];
}
const rowsIn = (folder: string): Row[] =>
  JSON.parse(readFileSync(path.join(folder, "trials.json"), "utf8")) as Row[];
const valuesIn = (folder: string): (number | null)[] => rowsIn(folder).map(({ value }) => value);

/** The files of a model folder, for comparing bytes. */
const modelFiles = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path.join(folder, "model")).map((name) => [
      name,
      readFileSync(path.join(folder, "model", name), "base64"),
    ]),
  );

/** Begins a sweep, and calls `act` with each event and the process. */
function begin(
  args: readonly string[],
  act: (event: Record<string, unknown>, child: ChildProcess) => void,
): Promise<number | null> {
  const child = spawn(process.execPath, [main, "sweep", ...args, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) act(JSON.parse(line) as Record<string, unknown>, child);
  });
  return new Promise((resolve) => child.on("close", resolve));
}

describe("a sweep of which something is killed", () => {
  test.each([
    ["early", "task", 1],
    ["middle", "epoch", 3],
    ["late", "outcome", 2],
  ] as const)(
    "goes on after its process was killed %s, to the same figures and bytes",
    async (name, kind, count) => {
      let seen = 0;
      const code = await begin([file, "--out", at(name)], ({ type }, child) => {
        if (type === kind && ++seen === count) child.kill("SIGKILL");
      });
      expect(code).toBe(null);
      const resumed = await runCli(["sweep", "resume", at(name)]);
      expect(resumed).toMatchObject({ code: 0 });
      expect(valuesIn(at(name))).toEqual(valuesIn(at("whole")));
      expect(modelFiles(at(name, "best"))).toEqual(modelFiles(at("whole", "best")));
    },
  );

  test("a worker that is killed is replaced", async () => {
    let killed = false;
    const code = await begin([file, "--out", at("replaced")], ({ type }, child) => {
      if (type !== "epoch" || killed) return;
      killed = true;
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")
        .trim()
        .split(" ");
      for (const pid of children) process.kill(Number(pid), "SIGKILL");
    });
    expect(killed).toBe(true);
    expect(code).toBe(0);
    expect(valuesIn(at("replaced"))).toEqual(valuesIn(at("whole")));
  });
});
