import type { EpochRecord, TrainEvent } from "../train/index.js";
import type { Message, Subscribe, Unsubscribe } from "./messages.js";
import type { KeptRun, Shelf } from "./shelf.js";
import { damaged } from "./summary.js";
import type { Trainer } from "./trainer.js";
import type { RunSummary } from "./types.js";
import { type Watching, watchRun } from "./watch.js";

/** Milliseconds between two tellings of newer weights of a run that is trained here. */
const apart = 500;

/** Where a listener stands: epochs told, and the step of the newest weights told. */
interface Told {
  readonly epochs: number;
  readonly step: number;
}

/** Where one who comes back says that he stands; of anything else, before everything. */
export function toldBefore(lastId: string | undefined): Told {
  const [, epochs = "0", step = "-1"] = /^(\d{1,9})\.(-?\d{1,12})$/.exec(lastId ?? "") ?? [];
  return { epochs: Number(epochs), step: Number(step) };
}

type Send = (message: Message | undefined) => void;

/** One who follows a run. What he has been told already is not told again. */
class Listener {
  constructor(
    private told: Told,
    private readonly send: Send,
  ) {}

  hear(message: Message | undefined): void {
    if (message?.event === "epoch") {
      const { epoch } = message.data as EpochRecord;
      if (epoch <= this.told.epochs) return;
      this.told = { ...this.told, epochs: epoch };
    }
    if (message?.event === "snapshot") {
      const { step } = message.data as { readonly step: number };
      if (step === this.told.step) return;
      this.told = { ...this.told, step };
    }
    const { epochs, step } = this.told;
    this.send(message && { ...message, ...(message.event !== "train" && { id: `${epochs}.${step}` }) });
  }

  /** A run that goes on from its checkpoint has so many epochs: the next ones are new, whatever was told. */
  goBack(epochs: number): void {
    this.told = { ...this.told, epochs: Math.min(this.told.epochs, epochs) };
  }
}

function trainMessage(event: TrainEvent): Message {
  return { event: "train", data: event, ...(event.type === "progress" && { key: "progress" }) };
}

/** One run that is followed, by however many listeners. It reads the folder for all of them. */
class Followed {
  private readonly listeners = new Set<Listener>();
  private history: readonly EpochRecord[] = [];
  private summary: RunSummary | undefined;
  /** The step of the newest weights, and of the newest checkpoint. */
  private step = -1;
  private kept = -1;
  private lastSnapshot = 0;
  private readonly watching: Watching;
  private readonly endings: Unsubscribe[];

  constructor(
    private readonly run: KeptRun,
    private readonly shelf: Shelf,
    private readonly trainer: Trainer,
    private readonly onEmpty: () => void,
  ) {
    this.watching = watchRun(run.folder, () => this.read());
    this.endings = [this.watching.end, trainer.listen(run.id, (event) => this.heard(event))];
  }

  add(told: Told, send: Send): Unsubscribe {
    const listener = new Listener(told, send);
    this.listeners.add(listener);
    // What is known by now; what is read later comes to all.
    if (this.summary !== undefined) listener.hear({ event: "state", data: this.summary, key: "state" });
    for (const record of this.history) listener.hear({ event: "epoch", data: record });
    if (this.step >= 0) listener.hear({ event: "snapshot", data: { step: this.step }, key: "snapshot" });
    for (const event of this.trainer.newest(this.run.id)) listener.hear(trainMessage(event));
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.end();
    };
  }

  private end(): void {
    if (this.endings.length === 0) return;
    for (const ending of this.endings.splice(0)) ending();
    this.onEmpty();
  }

  private send(message: Message | undefined): void {
    for (const listener of [...this.listeners]) listener.hear(message);
  }

  private show(summary: RunSummary): void {
    if (JSON.stringify(summary) === JSON.stringify(this.summary)) return;
    this.summary = summary;
    this.send({ event: "state", data: summary, key: "state" });
  }

  /** The folder may have changed. */
  private async read(): Promise<void> {
    const { run } = this;
    const { summary, reading } = await this.shelf.look(run);
    if (this.listeners.size === 0) return;
    if (reading === undefined && (await this.shelf.isGone(run))) {
      if (this.trainer.has(run.id)) {
        const shown = this.trainer.shown(summary);
        if (shown.state === "waiting") this.show(shown);
        return; // it will say itself how it ended
      }
      this.show(this.trainer.shown(damaged(run.id, run.name, "the run's folder was deleted")));
      this.send(undefined);
      this.end();
      return;
    }
    const shown = this.trainer.shown(summary);
    if (reading !== undefined) this.news(reading.history, reading.progress?.step, shown.native);
    this.show(shown);
  }

  private news(history: readonly EpochRecord[], step: number | undefined, native: boolean): void {
    const before = this.history.length;
    this.history = history;
    if (history.length < before) for (const listener of this.listeners) listener.goBack(history.length);
    for (const record of history.slice(before)) this.send({ event: "epoch", data: record });
    if (step === undefined || step === this.kept) return;
    this.kept = step;
    // The weights of a run that is trained here are newer than its checkpoint.
    if (step !== this.step && (!native || step > this.step)) this.newWeights(step);
  }

  private newWeights(step: number): void {
    this.step = step;
    this.send({ event: "snapshot", data: { step }, key: "snapshot" });
  }

  /** The run is trained here, and something has happened to it. */
  private heard(event: TrainEvent | undefined): void {
    if (event !== undefined) this.send(trainMessage(event));
    if (this.summary === undefined) return;
    const summary = this.trainer.shown(this.summary);
    const due = summary.paused === true || Date.now() - this.lastSnapshot >= apart;
    if (event?.type === "progress" && summary.step > this.step && due) {
      this.lastSnapshot = Date.now();
      this.newWeights(summary.step);
    }
    if (event === undefined) this.watching.look();
    else if (event.type !== "progress") this.show(summary);
  }
}

/** The runs that are followed. Each is read once for all who follow it, and no longer than there is somebody. */
export class Followers {
  private readonly followed = new Map<string, Followed>();

  constructor(
    private readonly shelf: Shelf,
    private readonly trainer: Trainer,
  ) {}

  /** How many runs are followed. */
  get size(): number {
    return this.followed.size;
  }

  /** What is told of a run to one who stands at `told`. */
  follow(run: KeptRun, told: Told): Subscribe {
    return (send) => {
      const before = this.followed.get(run.id);
      const followed =
        before ?? new Followed(run, this.shelf, this.trainer, () => this.followed.delete(run.id));
      this.followed.set(run.id, followed);
      return followed.add(told, send);
    };
  }
}
