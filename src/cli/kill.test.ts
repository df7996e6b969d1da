import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../node.js";
import { RandomStream } from "../tensor/index.js";
import { faultsModule } from "../testing/preload.js";
import { scratchFolder, writeTinyData } from "../testing/run-cli.js";

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const data = at("tiny");
// A learning rate at which some epochs are better than those before and some are not.
const settings = ["--hidden", "16", "--batch", "8", "--threads", "1", "--validation", "0.2", "--lr", "0.05"];
let faults: string;
beforeAll(() => {
  writeTinyData(data);
  faults = faultsModule(scratch.folder);
});
afterAll(scratch.remove);

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

interface Fault {
  readonly kind: string;
  /** The file operation in the run's folder at which it happens. */
  readonly operation: number;
}

/** Trains into a folder, or resumes; `killAfter` is in milliseconds from the first output. */
function train(
  out: string,
  args: readonly string[],
  { fault, killAfter }: { readonly fault?: Fault; readonly killAfter?: number } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const load = fault === undefined ? [] : ["--import", faults];
    const command = [
      ...load,
      main,
      "train",
      data,
      "--out",
      out,
      "--resume",
      "--no-pictures",
      ...settings,
      ...args,
    ];
    const env = fault && { FAULT_IN: out, FAULT_AT: String(fault.operation), FAULT: fault.kind };
    const child = spawn(process.execPath, command, { env: { ...process.env, NO_COLOR: "1", ...env } });
    let timer: NodeJS.Timeout | undefined;
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (killAfter !== undefined) timer ??= setTimeout(() => child.kill("SIGKILL"), killAfter);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, output });
    });
  });
}

/** All files of a folder with their contents. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }).map(String).sort();
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(folder, name), "base64")]));
}

async function finish(out: string, args: readonly string[]): Promise<void> {
  const { code, output } = await train(out, args);
  expect(code, output).toBe(0);
  expect(output).not.toMatch(/did not agree|missing|no checkpoint/);
}

const drawn = (count: number, below: number, name: string): number[] => [
  ...new RandomStream(20, name).integers(new Int32Array(count), below, 0),
];

describe.each([
  ["patience", ["--epochs", "6", "--patience", "3"]],
  ["no patience", ["--epochs", "6"]],
])("with %s", (name, args) => {
  let whole: Record<string, string>;
  beforeAll(async () => {
    await finish(at(name, "whole"), args);
    whole = contents(at(name, "whole"));
  });

  test("killed at any file operation, a run ends as one that was not, byte for byte", {
    timeout: 300_000,
  }, async () => {
    const out = at(name, "operations");
    // The first best checkpoint is written by operations 36 to 39, after the last one; the model by 83 to 103.
    const operations = [18, 36, 39, 66, 87, ...drawn(3, 104, "operations")];
    for (const operation of operations) {
      rmSync(out, { recursive: true, force: true });
      const { signal } = await train(out, args, { fault: { kind: "kill", operation: operation + 1 } });
      expect(signal, `operation ${operation + 1}`).toBe("SIGKILL");
      await finish(out, args);
      expect(contents(out), `operation ${operation + 1}`).toEqual(whole);
    }
  });

  test("killed again and again, while it is resumed too, it ends the same", {
    timeout: 300_000,
  }, async () => {
    const out = at(name, "again");
    for (const operation of drawn(3, 50, "again")) {
      await train(out, args, { fault: { kind: "kill", operation: operation + 1 } });
    }
    for (const delay of drawn(2, 150, "delays")) await train(out, args, { killAfter: delay });
    await finish(out, args);
    expect(contents(out)).toEqual(whole);
  });

  test("a disk that is full, read-only or forbidden at any write leaves a run that ends the same, or none", {
    timeout: 300_000,
  }, async () => {
    const out = at(name, "full");
    const kinds = ["ENOSPC", "EROFS", "EACCES"] as const;
    const all = [0, 4, 9, 18, 22, 30, 33, 37, 44, 86, 101, ...drawn(2, 104, "full")];
    // half of them will do where no best checkpoint is kept apart for patience
    const operations = name === "patience" ? all : all.filter((_, i) => i % 2 === 0);
    for (const [i, operation] of operations.entries()) {
      rmSync(out, { recursive: true, force: true });
      const kind = kinds[i % kinds.length] ?? "ENOSPC";
      const { code, output } = await train(out, args, { fault: { kind, operation: operation + 1 } });
      expect(code, output).toBe(1);
      expect(output).toMatch(/can't (write|make the folder) .*(full|read-only|permission)/);
      const left = existsSync(out) ? readdirSync(out, { recursive: true }).map(String) : [];
      expect(left.filter((file) => /\.part$|run\.lock/.test(file))).toEqual([]);
      expect(left.length === 0 || left.includes("config.json")).toBe(true);
      await finish(out, args);
      expect(contents(out), `operation ${operation + 1}`).toEqual(whole);
    }
  });

  test("a model is read from the run at every moment", { timeout: 300_000 }, async () => {
    const out = at(name, "reader");
    for (const operation of [60, 83, 102]) {
      rmSync(out, { recursive: true, force: true });
      await train(out, args, { fault: { kind: "kill", operation } });
      const model = await loadModel(out);
      const best = await loadModel(out, { checkpoint: "best" });
      expect((await model.generate(2)).data.every((value) => value >= 0 && value <= 1)).toBe(true);
      if (operation >= 83 && name === "patience") expect(model.weights).toEqual(best.weights);
      await model.close();
    }
  });
});

test("a run that may stop early ends with its best weights", async () => {
  const folder = at("best");
  await finish(folder, ["--patience", "3", "--epochs", "40"]);
  const [held, best, last] = await Promise.all([
    loadModel(folder),
    loadModel(folder, { checkpoint: "best" }),
    loadModel(folder, { checkpoint: "last" }),
  ]);
  expect(held.weights).toEqual(best.weights);
  expect(held.weights).not.toEqual(last.weights);
});
