import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { loadModel } from "../node.js";
import { RandomStream } from "../tensor/index.js";
import { scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { stopCodes } from "./interrupt.js";

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));
const scratch = scratchFolder();
afterAll(scratch.remove);
const data = writeTinyData(`${scratch.folder}/tiny`);
const chance = new RandomStream(12, "signals").uniform(new Float32Array(200), 0);
let drawn = 0;
const milliseconds = (most: number): number => most * (chance[drawn++] as number);
const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

interface Leaving {
  /** The exit code or, of a process that a signal ended, its name. */
  readonly how: number | NodeJS.Signals | null;
  readonly stderr: string;
}

/** Runs the command and, from its first output on, does something to it; else only waits for its end. */
function leaving(
  args: readonly string[],
  disturb: (child: ChildProcess) => Promise<void> | void,
): Promise<Leaving> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stdout.once("data", () => void disturb(child));
    child.stdout.resume();
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ how: code ?? signal, stderr: unwarned(stderr) }));
  });
}

/** Without warnings, as of the collapse of so small a model. */
function unwarned(stderr: string): string {
  return stderr.replace(/^warning .*\n/gm, "");
}

const training = (name: string, epochs = 100_000): string[] => {
  const out = ["--out", `${scratch.folder}/${name}`, "--epochs", String(epochs)];
  return ["train", data, ...out, "--hidden", "64", "--no-pictures"];
};

async function requireWhole(name: string): Promise<void> {
  // Ended at once before its first state was written, there is no run yet.
  if (!existsSync(`${scratch.folder}/${name}/config.json`)) return;
  const model = await loadModel(`${scratch.folder}/${name}`);
  expect((await model.generate(2)).data.every(Number.isFinite)).toBe(true);
  await model.close();
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

test.each(signals.flatMap((signal) => [1, 2, 3, 4].map((i) => [signal, i] as const)))(
  "%s at some moment, %i: the run is saved or whole, and the exit code is the signal's",
  { timeout: 60_000 },
  async (signal, i) => {
    const name = `${signal}-${i}`;
    const { how, stderr } = await leaving(training(name), async (child) => {
      await sleep(milliseconds(500));
      child.kill(signal);
      if (i % 2 === 0) return;
      await sleep(milliseconds(30));
      child.kill(signal); // ends at once
    });
    expect([how, stderr]).toEqual([stopCodes[signal], ""]);
    await requireWhole(name);
  },
);

test.each([1, 2, 3, 4])(
  "standard output closed while training, %i: saved, 141",
  {
    timeout: 60_000,
  },
  async (i) => {
    const { how, stderr } = await leaving(training(`pipe-${i}`), async (child) => {
      await sleep(milliseconds(300));
      child.stdout?.destroy();
      if (i % 2 === 0) child.stderr?.destroy();
    });
    expect(how).toBe(stopCodes.SIGPIPE);
    if (i % 2 === 1) expect(stderr).toMatch(/^standard output was closed.*\nResume with: .* --resume\n$/);
    await requireWhole(`pipe-${i}`);
    const resumed = await leaving(
      [...training(`pipe-${i}`), "--resume"],
      (child) => void child.kill("SIGINT"),
    );
    expect(resumed.how).toBe(130);
  },
);

test("other commands: a closed standard output is 141 without a word, a signal its code", {
  timeout: 60_000,
}, async () => {
  const folder = `${scratch.folder}/made`;
  expect((await leaving(training("made", 1), () => undefined)).how).toBe(0);
  const closed = async (...args: string[]): Promise<Leaving> => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.destroy();
    return new Promise((resolve) => {
      child.on("close", (code, signal) => resolve({ how: code ?? signal, stderr: unwarned(stderr) }));
    });
  };
  const png = `${scratch.folder}/generated.png`;
  const commands = [["list"], ["devices"], ["inspect", folder], ["evaluate", folder], ["--help"]];
  for (const args of [...commands, ["generate", folder, "--out", png]]) {
    expect([args[0], await closed(...args)]).toEqual([args[0], { how: stopCodes.SIGPIPE, stderr: "" }]);
  }
  expect(existsSync(png)).toBe(true);
  const child = spawn(process.execPath, [main, "evaluate", folder, "--samples", "500000"], {
    stdio: "ignore",
  });
  await sleep(2000);
  child.kill("SIGTERM");
  const how = await new Promise((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  expect(how).toBe(143);
});
