import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { busySeconds, disturbance, quiet, watched } from "./load.mjs";
import { summary } from "./stats.mjs";

const timeTool = "/usr/bin/time";

/** Runs a command once, from start to end: seconds, peak memory in MB where GNU time is there, what it printed. */
export async function timeProcess({ command, args, env = {}, cwd }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "latent-bench-"));
  const report = path.join(folder, "time");
  const measured = existsSync(timeTool);
  const [program, list] = measured
    ? [timeTool, ["-o", report, "-f", "%M %U %S", command, ...args]]
    : [command, args];
  try {
    let pid = 0;
    const busy = busySeconds();
    const start = performance.now();
    const {
      result: output,
      foreign,
      waited,
      clean,
    } = await watched(
      () => pid,
      () =>
        new Promise((resolve, reject) => {
          const child = spawn(program, list, {
            env: { ...process.env, ...env },
            cwd,
            stdio: ["ignore", "pipe", "pipe"],
          });
          pid = child.pid ?? 0;
          let text = "";
          let errors = "";
          child.stdout.on("data", (part) => {
            text = (text + part).slice(-4000);
          });
          child.stderr.on("data", (part) => {
            errors = (errors + part).slice(-2000);
          });
          child.on("error", reject);
          child.on("close", (code) =>
            code === 0
              ? resolve(text)
              : reject(new Error(`ended with ${code}: ${errors.trim().slice(-400)}`)),
          );
        }),
    );
    const seconds = (performance.now() - start) / 1000;
    const [kilobytes, user, system] = measured
      ? readFileSync(report, "utf8").trim().split(" ").map(Number)
      : [];
    const others = busySeconds() - busy - (user + system); // those that have ended meanwhile too
    return {
      value: seconds,
      peakMb: measured ? kilobytes / 1024 : undefined,
      cpuSeconds: measured ? user + system : undefined,
      foreign,
      waited,
      clean: clean && (!measured || others < 2 * disturbance * seconds + 0.05),
      output,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs whole processes in turn; the first run of each is a warm-up (it fills the file cache) and not counted. */
export async function raceProcesses(entries, { rounds, seconds, log = () => undefined }) {
  const states = entries.map((entry) => ({ ...entry, samples: [], error: undefined }));
  const end = performance.now() + seconds * 1000;
  for (let round = -1; round < 4 * rounds; round++) {
    const turn = states.filter(
      ({ samples, error }) => !error && samples.filter(({ clean }) => clean).length < rounds,
    );
    if (turn.length === 0 || (round >= 3 && performance.now() > end)) break;
    for (const state of turn) {
      try {
        await quiet();
        const sample = await timeProcess(state.launch);
        if (round >= 0) state.samples.push(sample);
      } catch (error) {
        state.error = error.message;
        log(`${state.name}: ${error.message}`);
      }
    }
  }
  return Object.fromEntries(
    states.map(({ name, samples, error }) => [
      name,
      error === undefined
        ? {
            ...summary(samples),
            peakMb: Math.max(...samples.map(({ peakMb }) => peakMb ?? Number.NaN)),
            info: {},
            raw: samples.map(({ output: _, ...rest }) => rest),
          }
        : { error },
    ]),
  );
}
