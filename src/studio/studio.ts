import os from "node:os";
import { Followers } from "./followers.js";
import { mnistFiles } from "./mnist-files.js";
import { Offered } from "./offered.js";
import type { PageFiles } from "./page-files.js";
import { Refusal } from "./refusal.js";
import { type KeptRun, Shelf } from "./shelf.js";
import { Snapshots } from "./snapshot.js";
import type { RunReading } from "./summary.js";
import { Sweeps } from "./sweeps/sweeps.js";
import { Trainer } from "./trainer.js";
import type { RunSummary, Session, StudioTools } from "./types.js";

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
  private readonly device: Promise<string | undefined>;

  private constructor(
    readonly tools: StudioTools,
    readonly page: PageFiles,
    readonly shelf: Shelf,
    readonly offered: Offered,
  ) {
    this.trainer = new Trainer(tools, shelf);
    this.followers = new Followers(shelf, this.trainer);
    this.sweeps = new Sweeps(shelf);
    this.snapshots = new Snapshots(tools, this.trainer);
    this.device = tools.device().catch(() => undefined);
  }

  static async open(tools: StudioTools, page: PageFiles, options: StudioOptions): Promise<Studio> {
    const shelf = await Shelf.open(options.places);
    const offered = await Offered.open(tools, options.data, shelf.places);
    return new Studio(tools, page, shelf, offered);
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
    const lost = this.trainer.failed.filter(({ id }) => !there.some((run) => run.id === id));
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

  /** A run that can be read. Throws a Refusal if there is none of that id, or a damaged one. */
  async open(id: string): Promise<{ run: KeptRun; summary: RunSummary; reading: RunReading }> {
    const run = await this.find(id);
    const { summary: kept, reading } = await this.shelf.look(run);
    const summary = this.trainer.shown(kept);
    if (reading === undefined) throw new Refusal(422, `"${run.name}" can't be read: ${summary.problem}`);
    return { run, summary, reading };
  }
}
