import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { scratchFolder, writeTinyData } from "./run-cli.js";

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));

/** A place to try sweeps of tiny runs in. */
export interface SweepPlace {
  at(...names: string[]): string;
  /** What its sweeps are told unless said otherwise. */
  readonly base: { readonly run: Readonly<Record<string, unknown>> };
  /** Writes a sweep's file; returns its path. */
  specFile(name: string, more?: object): string;
  remove(): void;
}

export function sweepPlace(): SweepPlace {
  const scratch = scratchFolder();
  const at = (...names: string[]): string => path.join(scratch.folder, ...names);
  const data = at("tiny");
  writeTinyData(data);
  const base = {
    run: { data, hidden: [8], batch: 32, validation: 0.2, lr: "log-uniform(from=1e-3, to=0.1)", epochs: 2 },
    search: "random",
    budget: { trials: 3 },
    concurrency: 2,
  };
  const specFile = (name: string, more: object = {}): string => {
    const file = at(`${name}.sweep.json`);
    writeFileSync(file, JSON.stringify({ ...base, ...more }));
    return file;
  };
  return { at, base, specFile, remove: scratch.remove };
}

/** A trial as a sweep's table has it. */
export interface TrialRow {
  readonly trial: number;
  readonly state: string;
  readonly reason: string;
  readonly value: number | null;
  readonly runs: readonly string[];
}
export const rowsIn = (folder: string): TrialRow[] =>
  JSON.parse(readFileSync(path.join(folder, "trials.json"), "utf8")) as TrialRow[];
export const valuesIn = (folder: string): (number | null)[] => rowsIn(folder).map(({ value }) => value);

/** The files of a model folder, for comparing bytes. */
export const modelFiles = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path.join(folder, "model")).map((name) => [
      name,
      readFileSync(path.join(folder, "model", name), "base64"),
    ]),
  );

/** Begins a sweep, and calls `act` with each event and the process. */
export function beginSweep(
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
