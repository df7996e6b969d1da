import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { loadModel } from "../node.js";
import { RandomStream } from "../tensor/index.js";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { decodeCheckpoint } from "../train/index.js";

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));
const scratch = scratchFolder();
const run = `${scratch.folder}/run`;
const options = ["--out", run, "--resume", "--no-pictures"];
const settings = ["--hidden", "16", "--batch", "8", "--threads", "1", "--validation", "0.2"];
afterAll(scratch.remove);

/** Kills a training process after some milliseconds, counted from its first output once it trains. */
function killed(args: readonly string[], delay: number): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, "train", ...args], { stdio: ["ignore", "pipe", "ignore"] });
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on("data", () => {
      timer ??= setTimeout(() => child.kill("SIGKILL"), delay);
    });
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      clearTimeout(timer);
      resolve(signal);
    });
  });
}

const epochsDone = (): number => {
  const file = `${run}/checkpoint/last.safetensors`;
  return decodeCheckpoint(readFileSync(file), file).progress.epoch;
};

test("killed twenty times at random moments, a run loads every time and goes on", {
  timeout: 180_000,
}, async () => {
  const data = writeTinyData(`${scratch.folder}/tiny`);
  const delays = new RandomStream(20, "kill").uniform(new Float32Array(20), 0);
  let [done, kills] = [0, 0];
  for (const [i, share] of [...delays].entries()) {
    // Every epoch, some hundredths of a second, leaves a checkpoint. Every third run comes near its end, so that
    // kills also meet the writing of the model.
    const epochs = i % 3 === 2 ? done + 3 : 100_000;
    const args = [data, ...options, ...settings, "--patience", "100000", "--epochs", String(epochs)];
    const signal = await killed(args, 60 + 600 * share);
    if (signal === "SIGKILL") kills++;
    // Before the first checkpoint there is no run yet.
    if (i === 0 && !existsSync(`${run}/config.json`)) continue;
    const model = await loadModel(run);
    const images = await model.generate(2);
    expect(images.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    await model.close();
    const now = epochsDone();
    expect(now).toBeGreaterThanOrEqual(done);
    done = now;
  }
  expect(kills).toBeGreaterThan(10);
  expect(done).toBeGreaterThan(20);
  const args = ["train", data, ...options, ...settings, "--patience", "100000", "--epochs", String(done + 1)];
  const finished = await runCli(args);
  expect(finished.code, finished.stderr).toBe(0);
  expect(finished.stdout).toMatch(new RegExp(`^resumed +at epoch ${done + 1} `, "m"));
  const lines = readFileSync(`${run}/metrics.jsonl`, "utf8").trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { epoch: number }).epoch)).toEqual(
    Array.from({ length: done + 1 }, (_, epoch) => epoch + 1),
  );
});

test("a run that may stop early ends with its best weights", async () => {
  const folder = `${scratch.folder}/best`;
  const data = writeTinyData(`${scratch.folder}/tiny`);
  // A learning rate at which the loss soon grows again.
  const args = [
    "--out",
    folder,
    ...settings,
    "--lr",
    "0.1",
    "--patience",
    "3",
    "--epochs",
    "40",
    "--no-pictures",
  ];
  const { code, stderr } = await runCli(["train", data, ...args]);
  expect(code, stderr).toBe(0);
  const [held, best, last] = await Promise.all([
    loadModel(folder),
    loadModel(folder, { checkpoint: "best" }),
    loadModel(folder, { checkpoint: "last" }),
  ]);
  expect(held.weights).toEqual(best.weights);
  expect(held.weights).not.toEqual(last.weights);
});
