import path from "node:path";
import { readIfThere } from "../data/index.js";
import type { Json } from "../distributions/index.js";
import { savedConfig, type VaeConfig } from "../model/index.js";
import { UserError } from "../tensor/index.js";

/** Names inside a run's folder. */
export const runFiles = {
  config: "config.json",
  metrics: "metrics.jsonl",
  last: path.join("checkpoint", "last.safetensors"),
  best: path.join("checkpoint", "best.safetensors"),
  model: "model",
  images: "images",
  report: "report.html",
} as const;

/** The settings of a run as they stand in `config.json`. */
export type RunConfig = { readonly [key: string]: Json };

/** The settings of the run in a folder, or undefined if it holds none. Throws a UserError if they are damaged. */
export async function readRunConfig(folder: string): Promise<RunConfig | undefined> {
  const file = path.join(folder, runFiles.config);
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    const config = JSON.parse(text.toString("utf8")) as RunConfig | null;
    if (config === null || typeof config !== "object" || typeof config.model !== "object") {
      throw new TypeError("there is no model in it");
    }
    return { ...config, model: savedConfig(config.model as unknown as VaeConfig) as unknown as Json };
  } catch (cause) {
    throw new UserError(`${file} does not hold the settings of a run; mend it, or delete the folder`, 1, {
      cause,
    });
  }
}

/** The number of threads that a run was trained with, if it says so (those of 0.1.0 need not). */
export function recordedThreads(config: RunConfig | undefined): number | undefined {
  const threads = config?.threads;
  return typeof threads === "number" && Number.isInteger(threads) && threads >= 1 && threads <= 1024
    ? threads
    : undefined;
}

/** Refuses to begin a run where there is one. */
export function holdsRun(folder: string): UserError {
  return new UserError(`${folder} holds a run already; go on with it by --resume, or choose another --out`);
}

/** Settings that may change between the parts of a run. */
const free = new Set(["epochs", "patience", "threads", "device", "source"]);

type Difference = readonly [name: string, before: string, now: string];

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function firstDifference(
  name: string,
  before: Json | undefined,
  now: Json | undefined,
): Difference | undefined {
  if (!isRecord(before) || !isRecord(now)) {
    const [a, b] = [before, now].map((value) => (value === undefined ? "nothing" : JSON.stringify(value)));
    return a === b ? undefined : [name, a as string, b as string];
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const found = firstDifference(name === "" ? key : `${name}.${key}`, before[key], now[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Throws a UserError that names the first setting in which a run can't be gone on with. */
export function requireSameRun(folder: string, before: RunConfig, now: RunConfig): void {
  const fixed = (config: RunConfig): RunConfig =>
    Object.fromEntries(Object.entries(config).filter(([key]) => !free.has(key)));
  const difference = firstDifference("", fixed(before), fixed(now));
  if (difference === undefined) return;
  const [name, a, b] = difference;
  throw new UserError(
    `${folder} holds a run with ${name} ${a}, but ${b} is asked for; ` +
      "go on with the same settings, or choose another --out",
    2,
  );
}
