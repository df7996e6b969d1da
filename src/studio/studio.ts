import os from "node:os";
import { Followers } from "./followers.js";
import { mnistFiles } from "./mnist-files.js";
import { Offered } from "./offered.js";
import type { PageFiles } from "./page-files.js";
import { Refusal } from "./refusal.js";
import { type KeptRun, Shelf } from "./shelf.js";
import { Snapshots } from "./snapshot.js";
import { detailsOf, type RunReading } from "./summary.js";
import { Sweeps } from "./sweeps/sweeps.js";
import { Trainer } from "./trainer.js";
import { Uploads } from "./uploads.js";
import { readRunConfig } from "../runs/index.js";
import type { OfferedData, RunDetails, RunSummary, Session, StudioTools } from "./types.js";

/** What a studio is told. */
export interface StudioOptions {
  /** Runs, sweeps, or folders of these; without any, `runs` and `sweeps`. */
  readonly places: readonly string[];
  /** Data to train on besides MNIST. */
  readonly data: readonly string[];
}

/** Everything that the server's addresses are about. */
export class Studio {
  readonly trainer: Trainer;
  readonly followers: Followers;
  readonly snapshots: Snapshots;
  readonly sweeps: Sweeps;
  readonly mnist = mnistFiles();
  readonly uploads: Uploads;
  private readonly device: Promise<string | undefined>;

  private constructor(
    readonly tools: StudioTools,
    readonly page: PageFiles,
    readonly shelf: Shelf,
    readonly offered: Offered,
  ) {
    this.trainer = new Trainer(tools, shelf);
    this.uploads = new Uploads(tools, shelf.home);
    this.followers = new Followers(shelf, this.trainer);
    this.sweeps = new Sweeps(shelf);
    this.snapshots = new Snapshots(tools, this.trainer);
    this.device = tools.device().catch(() => undefined);
  }

  static async open(tools: StudioTools, page: PageFiles, options: StudioOptions): Promise<Studio> {
    const shelf = await Shelf.open(options.places);
    const offered = await Offered.open(tools, options.data, [...shelf.places, shelf.home]);
    return new Studio(tools, page, shelf, offered);
  }

  /** Removes data that were sent here and that no run was trained on, is, or is to be. */
  async tidy(ending = false): Promise<void> {
    try {
      const configs = await Promise.all((await this.shelf.folders()).map((folder) => readRunConfig(folder)));
      const needed = configs.flatMap((config) => config?.source ?? []);
      await this.uploads.tidy([...needed, ...this.trainer.sources], ending);
    } catch {
      // Which data a damaged run needs can't be told: all of them stay.
    }
  }

  /** Stops what is being trained, saved, and removes the data that no run needs. */
  async close(): Promise<void> {
    await this.trainer.close();
    await this.tidy(true);
  }

  /** Takes data that were sent here, to be trained on. */
  async takeData(zip: Uint8Array, size: string | undefined): Promise<OfferedData> {
    const upload = await this.uploads.take(zip, size);
    this.offered.add(upload);
    const { id, name, examples } = upload;
    return { id, name, examples };
  }

  /** What the page is told first. */
  async session(): Promise<Omit<Session, "queues">> {
    const device = await this.device;
    return {
      version: this.tools.version,
      native: device === undefined ? null : { device, cores: os.availableParallelism() },
      data: this.offered.list(),
    };
  }

  /** What a list shows of all runs, the newest first. */
  async list(): Promise<RunSummary[]> {
    const there = await this.shelf.runs();
    const lost = this.trainer.unkept.filter(({ id }) => !there.some((run) => run.id === id));
    const runs = [...there, ...lost];
    const summaries = await Promise.all(runs.map((run) => this.summary(run)));
    return summaries.sort((a, b) => b.updated - a.updated);
  }

  /** What a list shows of a run. */
  async summary(run: KeptRun): Promise<RunSummary> {
    return this.trainer.shown(await this.shelf.summary(run));
  }

  /** The run of an id; also one that failed here and of which nothing is left. Throws a Refusal if there is none. */
  async find(id: string): Promise<KeptRun> {
    return this.trainer.find(id) ?? this.shelf.find(id);
  }

  /** What is told of a run; of one that waits to begin, what is known of it. Throws a Refusal if it can't be read. */
  async details(id: string): Promise<RunDetails> {
    const run = await this.find(id);
    const { summary, reading } = await this.shelf.look(run);
    const shown = this.trainer.shown(summary);
    if (reading === undefined && shown.state === "waiting")
      return { summary: shown, config: null, history: [] };
    return detailsOf(shown, requireReading(run, shown, reading));
  }

  /** A run that can be read. Throws a Refusal if there is none of that id, or a damaged one. */
  async open(id: string): Promise<{ run: KeptRun; summary: RunSummary; reading: RunReading }> {
    const run = await this.find(id);
    const { summary: kept, reading } = await this.shelf.look(run);
    const summary = this.trainer.shown(kept);
    return { run, summary, reading: requireReading(run, summary, reading) };
  }
}

function requireReading(run: KeptRun, summary: RunSummary, reading: RunReading | undefined): RunReading {
  if (reading !== undefined) return reading;
  if (summary.state === "waiting")
    throw new Refusal(409, `"${run.name}" has not begun: it waits for others to end`);
  throw new Refusal(422, `"${run.name}" can't be read: ${summary.problem}`);
}
