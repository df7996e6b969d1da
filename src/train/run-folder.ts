import { open, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { fileError, makeFolder, readIfThere, writeWhole } from "../data/index.js";
import { checksumFile, checksums } from "./checksums.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import type { EpochRecord } from "./events.js";
import type { CheckpointSink } from "./loop.js";
import {
  holdsRun,
  readRunConfig,
  recordedThreads,
  requireSameRun,
  type RunConfig,
  runFiles,
} from "./run-config.js";
import type { TrainState } from "./state.js";

/** A folder that holds one run: `config.json`, `metrics.jsonl`, `checkpoint/`, `model/`, `images/`. */
export class RunFolder implements CheckpointSink {
  /** Folders that were not there before, innermost first. */
  private readonly made: string[] = [];
  private holdsWork = false;

  private constructor(
    readonly folder: string,
    private readonly config: RunConfig,
    private readonly resumed: boolean,
  ) {}

  /**
   * Prepares the folder for a new run, or checks that it holds the run to go on with; a new run's settings are
   * written by `begin`. Throws a UserError if the folder holds a run already and `resume` is off, if the settings
   * differ, or if it can't be written.
   */
  static async open(
    folder: string,
    config: RunConfig,
    resume: boolean,
  ): Promise<{ run: RunFolder; state: TrainState | undefined; threads: number | null }> {
    const before = await readRunConfig(folder);
    if (before !== undefined && !resume) throw holdsRun(folder);
    if (before !== undefined) requireSameRun(folder, before, config);
    const run = new RunFolder(folder, config, before !== undefined);
    const state = before && (await run.readState());
    await run.makeFolders();
    return { run, state, threads: recordedThreads(before) ?? null };
  }

  /** A path inside the folder. */
  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  /** Saves the state to start from, then the settings: from now on the folder holds a run that can be resumed. */
  async begin(state: TrainState, threads: number | null): Promise<void> {
    if (!this.resumed) await writeWhole(this.path(runFiles.last), encodeCheckpoint(state));
    await writeWhole(this.path(runFiles.config), `${JSON.stringify({ ...this.config, threads }, null, 2)}\n`);
    // After a kill, the metrics may be a line ahead of the state.
    const lines = state.progress.history.map((record) => `${JSON.stringify(record)}\n`);
    await writeWhole(this.path(runFiles.metrics), lines.join(""));
    // Until this run has ended, the model in it is not its newest.
    if (!state.progress.finished) await rm(this.path(runFiles.model, "model.json"), { force: true });
  }

  /** If nothing has been trained into a new run's folder, removes what was made of it. */
  async discardIfEmpty(): Promise<void> {
    if (this.resumed || this.holdsWork) return;
    for (const name of [runFiles.config, runFiles.metrics, runFiles.last]) {
      await rm(this.path(name), { force: true }).catch(() => undefined);
    }
    for (const folder of this.made) await rmdir(folder).catch(() => undefined);
  }

  async save(state: TrainState, best: boolean): Promise<void> {
    const bytes = encodeCheckpoint(state);
    await writeWhole(this.path(runFiles.last), bytes);
    this.holdsWork = true;
    if (best) await writeWhole(this.path(runFiles.best), bytes);
  }

  /** Adds one epoch's line to `metrics.jsonl`: all of it or, if there is no room, nothing. */
  async appendMetrics(record: EpochRecord): Promise<void> {
    const name = this.path(runFiles.metrics);
    try {
      const file = await open(name, "a");
      try {
        const { size } = await file.stat();
        await file.writeFile(`${JSON.stringify(record)}\n`).catch(async (error: unknown) => {
          await file.truncate(size);
          throw error;
        });
      } finally {
        await file.close();
      }
    } catch (error) {
      throw fileError(error, `write ${name}`);
    }
  }

  /** Writes the files of a trained model into `model/`, with their checksums, `model.json` last. */
  async writeModel(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const all: Record<string, Uint8Array> = {
      ...files,
      [checksumFile]: new TextEncoder().encode(checksums(files)),
    };
    const names = Object.keys(all).sort((a, b) => Number(a === "model.json") - Number(b === "model.json"));
    for (const name of names) await writeWhole(this.path(runFiles.model, name), all[name] as Uint8Array);
  }

  private async makeFolders(): Promise<void> {
    try {
      for (const name of ["", "checkpoint", runFiles.model, runFiles.images]) {
        const folder = this.path(name);
        const there = await stat(folder).catch(() => undefined);
        await makeFolder(folder).catch((error: unknown) => {
          throw fileError(error, `make the folder ${folder}`);
        });
        if (there === undefined) this.made.unshift(folder);
      }
      const probe = this.path("checkpoint", ".writable");
      await writeWhole(probe, "");
      await rm(probe, { force: true });
    } catch (error) {
      await this.discardIfEmpty();
      throw error;
    }
  }

  /** The best checkpoint, if there is one. Throws a UserError that names it if it is damaged. */
  async best(): Promise<TrainState | undefined> {
    const file = this.path(runFiles.best);
    const bytes = await readIfThere(file);
    return bytes && decodeCheckpoint(bytes, file);
  }

  private async readState(): Promise<TrainState | undefined> {
    for (const name of [runFiles.last, runFiles.best]) {
      const file = this.path(name);
      const bytes = await readIfThere(file);
      if (bytes !== undefined) return decodeCheckpoint(bytes, file);
    }
    return undefined;
  }
}
