import { stat } from "node:fs/promises";
import path from "node:path";
import {
  isBeingTrained,
  readMetrics,
  readProgress,
  readRunConfig,
  type RunConfig,
  runFiles,
} from "../runs/index.js";
import type { EpochRecord, Progress } from "../train/index.js";
import { filesOf } from "./run-files.js";
import type { RunDetails, RunSummary } from "./types.js";

/** What is read of a run's folder. */
export interface RunReading {
  readonly config: RunConfig;
  readonly history: readonly EpochRecord[];
  readonly progress: Progress | undefined;
  readonly training: boolean;
  readonly updated: number;
  readonly problem?: string;
}

const nameOf = (source: string | null, name: string): string =>
  source === null ? name : path.basename(source);

function sizesOf(options: RunConfig["model"]["encoder"]): string {
  const { type, hidden, channels } = options;
  const sizes = [channels, hidden].find((value) => Array.isArray(value) && value.length > 0);
  return Array.isArray(sizes) ? `${type} ${sizes.join(",")}` : type;
}

/** What is wrong, in words that hold no path of this machine. */
export function problemIn(error: unknown, folder: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(`${folder}${path.sep}`, "").replaceAll(folder, path.basename(folder));
}

async function newest(files: Iterable<string>): Promise<number> {
  const times = await Promise.all(
    [...files].map(async (file) => (await stat(file).catch(() => undefined))?.mtimeMs),
  );
  return Math.round(Math.max(0, ...times.map((time) => time ?? 0)));
}

/** The epochs of a run: those of its metrics or, where these are damaged, of its checkpoint. */
async function historyOf(
  folder: string,
  progress: Progress | undefined,
): Promise<Pick<RunReading, "history" | "problem">> {
  try {
    return { history: await readMetrics(folder) };
  } catch (error) {
    return { history: progress?.history ?? [], problem: problemIn(error, folder) };
  }
}

/** Reads a run's folder; undefined if it holds none. Throws an error in words if it is damaged. */
export async function readRun(folder: string): Promise<RunReading | undefined> {
  const files = await filesOf(folder);
  if (!files.has(runFiles.config)) return undefined;
  const config = await readRunConfig(folder);
  if (config === undefined) return undefined;
  const training = await isBeingTrained(folder);
  const progress = await readProgress(folder);
  const kept = ["config.json", "metrics.jsonl", "checkpoint/last.safetensors", "model/model.json"];
  const updated = await newest(kept.flatMap((name) => files.get(name) ?? []));
  return { config, progress, training, updated, ...(await historyOf(folder, progress)) };
}

/** What a list shows of a run that can be read. */
export function summaryOf(
  id: string,
  name: string,
  { config, progress, history, training, updated, problem }: RunReading,
): RunSummary {
  const finished = progress?.finished ?? false;
  return {
    id,
    name,
    state: training ? "training" : finished ? "finished" : "interrupted",
    native: false,
    epoch: Math.max(history.length, progress?.epoch ?? 0),
    epochs: config.epochs,
    step: Math.max(progress?.step ?? 0, history.at(-1)?.step ?? 0),
    model: sizesOf(config.model.encoder),
    objective: config.objective.name,
    data: nameOf(config.source, config.dataset.name),
    z: config.model.latent,
    updated,
    ...(problem !== undefined && { problem }),
  };
}

/** What a list shows of a run that can't be read. */
export function damaged(id: string, name: string, problem: string, updated = 0): RunSummary {
  const unknown = { model: "", objective: "", data: "", z: 0 };
  return {
    id,
    name,
    state: "damaged",
    native: false,
    epoch: 0,
    epochs: 0,
    step: 0,
    ...unknown,
    updated,
    problem,
  };
}

/** A run with its settings and epochs. */
export function detailsOf(summary: RunSummary, { config, history }: RunReading): RunDetails {
  return { summary, config, history };
}
