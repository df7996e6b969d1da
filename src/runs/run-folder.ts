import { UserError } from "../tensor/index.js";
import {
  type EpochRecord,
  type OpenedRun,
  type Progress,
  type RunDescription,
  type RunKeeper,
  type TrainState,
  writeCheckpoint,
} from "../train/portable.js";
import { belongs, isOwnBest, readBest, readLast } from "./checkpoints.js";
import { appendMetrics, mendMetrics } from "./metrics.js";
import { type ModelPlace, withdrawModel, writeModelFolder } from "./model-folder.js";
import type { RunHold, RunPlace } from "./place/place.js";
import { configIn, holdsRun, runFiles } from "./run-files.js";
import { changesOf } from "./same-run.js";
import { type RunConfig, runConfig, schemaOfRun } from "./saved-run.js";

/**
 * A place that holds one run: `config.json`, `metrics.jsonl`, `checkpoint/`, `model/`, `images/`; and `run.lock` while
 * something trains into it. The last checkpoint decides what is true: it is written first, and what a kill keeps from
 * being written after it, the best checkpoint and the metrics, is made again from it when the run is resumed.
 */
export class RunFolder implements RunKeeper {
  /** Folders that were not there before, innermost first. */
  private readonly made: string[] = [];
  /** Whether there is anything in it that is worth keeping. */
  private holdsWork = false;
  /** Whether this run has written into it. */
  private begun = false;
  private lock: RunHold | undefined;
  /** Where the run stands, as saved. */
  private saved: Progress | undefined;
  private readonly warnings: string[] = [];
  private readonly model: ModelPlace;

  private constructor(
    private readonly place: RunPlace,
    private config: RunConfig,
  ) {
    this.model = { place, folder: runFiles.model };
  }

  /**
   * Prepares the folder for a new run, or checks that it holds the run to resume, and locks it until `close`; a new
   * run's settings are written by `begin`. Throws a UserError if the folder holds a run already and `resume` is off, if
   * the settings differ, if another process trains into it, if a checkpoint is damaged, or if it can't be written.
   */
  static async open(
    place: RunPlace,
    described: RunDescription,
    resume: boolean,
  ): Promise<OpenedRun & { readonly run: RunFolder }> {
    const fresh = runConfig(described);
    /** The run that the folder holds, and this one's settings, which take from it how examples are read. */
    const found = async () => {
      const before = await configIn(place);
      if (before !== undefined && !resume) throw holdsRun(place.name);
      if (before === undefined) return { before, config: fresh, changed: [] };
      const config = { ...fresh, schema: schemaOfRun(before) };
      return { before, config, changed: changesOf(place.name, before, config) };
    };
    const { config: first } = await found(); // nothing is made of a folder that is refused
    const run = new RunFolder(place, first);
    try {
      await run.makeFolder("");
      run.lock = await place.hold();
      const { before, config, changed } = await found();
      run.config = config;
      run.holdsWork = before !== undefined;
      const state = before && (await run.readState());
      await run.makeFolders();
      if (before === undefined) return { run, state, changed };
      const { threads, epochs } = before;
      return { run, state, changed, schema: schemaOfRun(before), threads, epochs };
    } catch (error) {
      await run.discardIfEmpty();
      throw error;
    }
  }

  /**
   * Saves the state to start from, then the settings: from now on the folder holds a run that can be resumed. Returns
   * warnings about what was found in it.
   */
  async begin(state: TrainState, threads: number | null): Promise<readonly string[]> {
    const { progress } = state;
    await this.lock?.check();
    this.begun = true;
    // Until this run has ended, the model in it is not its newest.
    const { place } = this;
    if (!progress.finished) await withdrawModel(this.model);
    if (progress.best === undefined) await place.removeWhole(runFiles.best);
    if (this.saved === undefined) await place.writeWhole(runFiles.last, await this.encode(state));
    // A run of more epochs than are asked for by now keeps them all.
    const config = { ...this.config, threads, epochs: Math.max(this.config.epochs, progress.epoch) };
    await place.writeWhole(runFiles.config, `${JSON.stringify(config, null, 2)}\n`);
    const mended = await mendMetrics(place, progress.history);
    if (mended !== undefined) this.warnings.push(mended);
    this.saved = progress;
    return this.warnings;
  }

  /** If nothing has been trained into a new run's folder, removes what was made of it; gives the folder free. */
  async discardIfEmpty(): Promise<void> {
    const { place } = this;
    const empty = !this.holdsWork && this.lock !== undefined;
    if (empty && this.begun) {
      for (const name of [runFiles.config, runFiles.metrics, runFiles.last]) {
        await place.removeWhole(name).catch(() => undefined);
      }
    }
    const inner = this.made.filter((folder) => folder !== "");
    if (empty) for (const folder of inner) await place.removeFolder(folder);
    await this.close();
    if (!this.holdsWork && inner.length < this.made.length) await place.removeFolder("");
  }

  /** Gives the folder free for other processes. */
  async close(): Promise<void> {
    await this.lock?.release();
    this.lock = undefined;
  }

  /** Saves the state; killed at any moment, the folder holds either it or the one before. */
  async save(state: TrainState, best: boolean): Promise<void> {
    await this.lock?.check();
    const bytes = await this.encode(state);
    await this.place.writeWhole(runFiles.last, bytes);
    this.holdsWork = true;
    this.saved = state.progress;
    // It must be there before the next `last`, from which it can't be made again.
    if (best) await this.place.writeWhole(runFiles.best, bytes);
  }

  /** Adds one epoch's line to `metrics.jsonl`: all of it or, if there is no room, nothing. */
  async appendMetrics(record: EpochRecord): Promise<void> {
    await this.lock?.check();
    await appendMetrics(this.place, record);
  }

  /** Writes the files of a trained model into `model/`, with their checksums; no reader finds two models mixed. */
  async writeModel(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    await this.lock?.check();
    await writeModelFolder(this.model, files);
  }

  /** The best checkpoint, if there is one. Throws a UserError that names it if it is damaged or not this run's. */
  async best(): Promise<TrainState | undefined> {
    const best = await readBest(this.place);
    if (best !== undefined && this.saved !== undefined) this.requireBelongs(best, this.saved);
    return best;
  }

  private requireBelongs(best: TrainState, progress: Progress): void {
    if (belongs(best, progress)) return;
    throw new UserError(
      `${this.place.at(runFiles.best)} is not the best checkpoint of this run, which was epoch ` +
        `${progress.best?.epoch ?? "none"}'s: put that back, or delete the file to look for the best anew`,
    );
  }

  private encode(state: TrainState): Promise<Uint8Array> {
    return writeCheckpoint(state, this.place.sha256);
  }

  private async makeFolder(name: string): Promise<void> {
    if (await this.place.makeFolder(name)) this.made.unshift(name);
  }

  private async makeFolders(): Promise<void> {
    const { place } = this;
    for (const name of ["checkpoint", runFiles.model, runFiles.images]) await this.makeFolder(name);
    const probe = "checkpoint/.writable";
    await place.writeWhole(probe, "");
    await place.removeWhole(probe);
    for (const name of ["", "checkpoint", runFiles.model, runFiles.images]) await place.sweep(name);
  }

  /** The state to resume from, after the best checkpoint has been made to agree with it. */
  private async readState(): Promise<TrainState | undefined> {
    const last = await readLast(this.place);
    const state = last?.state ?? (await readBest(this.place));
    if (state === undefined) {
      this.warnings.push(`${this.place.name} holds no checkpoint: the run starts from the beginning`);
      return undefined;
    }
    const { progress } = state;
    this.saved = last && progress;
    if (progress.best === undefined || last === undefined) return state;
    if (isOwnBest(progress)) {
      // A kill may have come between the two.
      await this.place.writeWhole(runFiles.best, last.bytes);
      return state;
    }
    const best = await readBest(this.place);
    if (best !== undefined) {
      this.requireBelongs(best, progress);
      return state;
    }
    this.warnings.push(
      `${this.place.at(runFiles.best)}, with the weights of epoch ${progress.best.epoch}, is missing: ` +
        "the best epoch is looked for anew",
    );
    return { ...state, progress: { ...progress, best: undefined } };
  }
}
