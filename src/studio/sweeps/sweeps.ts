import { stat } from "node:fs/promises";
import path from "node:path";
import { leaveRequest, sweepFiles } from "../../sweeps/index.js";
import type { Message, Subscribe, Unsubscribe } from "../messages.js";
import { nothing, Refusal } from "../refusal.js";
import type { KeptRun, Shelf } from "../shelf.js";
import { problemIn } from "../summary.js";
import { type Watching, watchSweep } from "../watch.js";
import { readSweepFolder, type SweepReading } from "./reading.js";
import { damagedSweep, KnownImportance, sweepDetails, sweepSummary } from "./summary.js";
import type { SweepDetails, SweepSummary } from "./types.js";

/** What a sweep can be asked. */
export const sweepActions = ["pause", "resume", "stop"] as const;
export type SweepAction = (typeof sweepActions)[number];

/** What a page asks of a sweep: to pause, go on or stop, and limits in place of the budget's own. */
export interface SweepRequest {
  readonly action?: SweepAction | undefined;
  readonly budget?: { readonly [limit in "trials" | "epochs" | "seconds"]?: number | undefined } | undefined;
}

const asked = { pause: "paused", resume: "running", stop: "stopped" } as const;

type Send = (message: Message | undefined) => void;

/** One sweep that is followed: its folder is read once for all who follow it, and no longer than there is somebody. */
class Followed {
  private readonly listeners = new Set<Send>();
  private newest: Message | undefined;
  private text = "";
  private readonly watching: Watching;

  constructor(
    folder: string,
    private readonly read: () => Promise<SweepDetails | undefined>,
    private readonly onEmpty: () => void,
  ) {
    this.watching = watchSweep(folder, () => this.look());
  }

  add(send: Send): Unsubscribe {
    this.listeners.add(send);
    if (this.newest !== undefined) send(this.newest);
    return () => {
      this.listeners.delete(send);
      if (this.listeners.size > 0) return;
      this.watching.end();
      this.onEmpty();
    };
  }

  private async look(): Promise<void> {
    const data = await this.read();
    const text = JSON.stringify(data);
    if (text === this.text) return;
    this.text = text;
    this.newest = data === undefined ? undefined : { event: "sweep", data, key: "sweep" };
    for (const send of [...this.listeners]) send(this.newest);
  }
}

/** The sweeps in the folders that were named: listed, read, followed and asked. */
export class Sweeps {
  private readonly followed = new Map<string, Followed>();
  private readonly importance = new Map<string, KnownImportance>();

  constructor(private readonly shelf: Shelf) {}

  /** What a list shows of all sweeps, the newest first. */
  async list(): Promise<SweepSummary[]> {
    const found = await Promise.all(
      (await this.shelf.sweeps()).map(async (kept) => (await look(kept)).summary),
    );
    return found.sort((a, b) => b.updated - a.updated);
  }

  /** The sweep of an id. Throws a Refusal if there is none. */
  async find(id: string): Promise<KeptRun> {
    const found = (await this.shelf.sweeps()).find((sweep) => sweep.id === id);
    if (found === undefined) throw nothing(`there is no sweep "${id.slice(0, 100)}"`);
    return found;
  }

  /** A sweep whole; of one that can't be read, what is wrong with it. */
  async details(kept: KeptRun): Promise<SweepDetails> {
    const { summary, reading } = await look(kept);
    if (reading === undefined) {
      return { summary, axes: [], trials: [], seeds: 1, epochs: 0, constraints: [], importance: null };
    }
    const known = this.importance.get(kept.id) ?? new KnownImportance();
    this.importance.set(kept.id, known);
    const runs = [...(await this.shelf.runsOf(kept))].map(([name, run]) => [name, run.id] as const);
    return sweepDetails(summary, reading, {
      runs: new Map(runs),
      importance: known.of(reading),
      folder: kept.folder,
    });
  }

  /** What is told of a sweep: all of it at once, and again whenever it changes, until its folder is gone. */
  follow(kept: KeptRun): Subscribe {
    return (send) => {
      const read = async (): Promise<SweepDetails | undefined> => {
        const there = await stat(path.join(kept.folder, sweepFiles.state)).catch(() => undefined);
        return there && this.details(kept);
      };
      const followed =
        this.followed.get(kept.id) ?? new Followed(kept.folder, read, () => this.followed.delete(kept.id));
      this.followed.set(kept.id, followed);
      return followed.add(send);
    };
  }

  /** Asks the process that runs a sweep, as the command does. Throws a Refusal if none runs it. */
  async ask(kept: KeptRun, { action, budget = {} }: SweepRequest): Promise<void> {
    const limits = Object.entries(budget).filter(([, limit]) => limit !== undefined);
    if (action === undefined && limits.length === 0) {
      throw new Refusal(
        400,
        `the request names no action (${sweepActions.join(", ")}) and no limit of a budget`,
      );
    }
    const { summary, reading } = await look(kept);
    if (reading === undefined) throw new Refusal(422, `"${kept.name}" can't be read: ${summary.problem}`);
    if (!summary.alive) {
      throw new Refusal(
        409,
        `no process runs "${kept.name}" now: \`latent sweep resume\` with its folder goes on with it`,
      );
    }
    await leaveRequest(kept.folder, {
      ...(action && { state: asked[action] }),
      ...(limits.length > 0 && { budget: Object.fromEntries(limits) }),
    });
  }
}

async function look(
  kept: KeptRun,
): Promise<{ readonly summary: SweepSummary; readonly reading: SweepReading | undefined }> {
  try {
    const reading = await readSweepFolder(kept.folder);
    return { summary: sweepSummary(kept.id, kept.name, reading), reading };
  } catch (error) {
    const updated = Math.round((await stat(kept.folder).catch(() => undefined))?.mtimeMs ?? 0);
    return {
      summary: damagedSweep(kept.id, kept.name, problemIn(error, kept.folder), updated),
      reading: undefined,
    };
  }
}
