import { appendFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { type Json } from "../distributions/index.js";
import { UserError } from "../tensor/index.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import { fileError, readIfThere, writeWhole } from "./files.js";
import type { EpochRecord } from "./events.js";
import type { CheckpointSink } from "./loop.js";
import type { TrainState } from "./state.js";

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

/** A folder that holds one run: `config.json`, `metrics.jsonl`, `checkpoint/`, `model/`, `images/`. */
export class RunFolder implements CheckpointSink {
  private constructor(readonly folder: string) {}

  /**
   * Prepares the folder for a new run, or checks that it holds the run to go on with. Throws a UserError if it
   * holds a run already and `resume` is off, if the settings differ, or if it can't be written.
   */
  static async open(
    folder: string,
    config: RunConfig,
    resume: boolean,
  ): Promise<{ run: RunFolder; state: TrainState | undefined }> {
    const run = new RunFolder(folder);
    await run.makeFolders();
    const before = await run.readConfig();
    if (before !== undefined && !resume) {
      throw new UserError(
        `${folder} holds a run already; go on with it by --resume, or choose another --out`,
      );
    }
    if (before === undefined) {
      await writeWhole(run.path(runFiles.config), `${JSON.stringify(config, null, 2)}\n`);
      return { run, state: undefined };
    }
    requireSame(folder, before, config);
    const state = await run.readState();
    await writeWhole(run.path(runFiles.config), `${JSON.stringify(config, null, 2)}\n`);
    return { run, state };
  }

  /** A path inside the folder. */
  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  async save(state: TrainState, best: boolean): Promise<void> {
    const bytes = encodeCheckpoint(state);
    await writeWhole(this.path(runFiles.last), bytes);
    if (best) await writeWhole(this.path(runFiles.best), bytes);
  }

  /** Adds one epoch's line to `metrics.jsonl`. */
  async appendMetrics(record: EpochRecord): Promise<void> {
    const file = this.path(runFiles.metrics);
    try {
      await appendFile(file, `${JSON.stringify(record)}\n`);
    } catch (error) {
      throw fileError("write", file, error);
    }
  }

  /** Makes `metrics.jsonl` say what the state says: after a kill it may be a line ahead. */
  async rewriteMetrics(history: readonly EpochRecord[]): Promise<void> {
    await writeWhole(
      this.path(runFiles.metrics),
      history.map((record) => `${JSON.stringify(record)}\n`).join(""),
    );
  }

  /** Writes the files of a trained model into `model/`, `model.json` last. */
  async writeModel(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const names = Object.keys(files).sort((a, b) => Number(a === "model.json") - Number(b === "model.json"));
    for (const name of names) await writeWhole(this.path(runFiles.model, name), files[name] as Uint8Array);
  }

  /** Writes a picture or page under a name relative to the folder. */
  async writeFile(name: string, content: Uint8Array | string): Promise<void> {
    await writeWhole(this.path(name), content);
  }

  private async makeFolders(): Promise<void> {
    for (const name of ["checkpoint", runFiles.model, runFiles.images]) {
      const folder = this.path(name);
      try {
        await mkdir(folder, { recursive: true });
      } catch (error) {
        throw fileError("make the folder", folder, error);
      }
    }
    const probe = this.path("checkpoint", ".writable");
    await writeWhole(probe, "");
    await rm(probe, { force: true });
  }

  private async readConfig(): Promise<RunConfig | undefined> {
    const file = this.path(runFiles.config);
    const text = await readIfThere(file);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text.toString("utf8")) as RunConfig;
    } catch (error) {
      throw new UserError(`${file} is not valid JSON; mend it, or delete the folder to start anew`, 1, {
        cause: error,
      });
    }
  }

  private async readState(): Promise<TrainState | undefined> {
    const file = this.path(runFiles.last);
    const bytes = await readIfThere(file);
    return bytes && decodeCheckpoint(bytes, file);
  }
}

/** Settings that may change between the parts of a run. */
const free = new Set(["epochs", "patience", "threads", "device", "version"]);

function requireSame(folder: string, before: RunConfig, now: RunConfig): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const [a, b] = [JSON.stringify(before[key]), JSON.stringify(now[key])];
    if (free.has(key) || a === b) continue;
    throw new UserError(
      `${folder} holds a run with ${key} ${a}, but ${b} is asked for; go on with the same settings, or choose another --out`,
      2,
    );
  }
}
