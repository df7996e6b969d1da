import { rmdir } from "node:fs/promises";
import type { TrainedVae } from "../model/index.js";
import type { Settings } from "../runs/index.js";
import {
  type Current,
  type Position,
  type TrainControl,
  trainControl,
  type TrainEvent,
} from "../train/index.js";
import { UserError } from "../tensor/index.js";
import { Queue, type Wish } from "./queue.js";
import { Refusal, told } from "./refusal.js";
import type { KeptRun, Shelf } from "./shelf.js";
import type { RunSummary, StudioTools } from "./types.js";

/** What can be done with a run that is being trained here. */
export const controls = ["pause", "resume", "stop", "step"] as const;
/** One of them. */
export type Control = (typeof controls)[number];

/** Told of a run that is trained here: its events or, of undefined, that something else about it has changed. */
export type TrainListener = (event: TrainEvent | undefined) => void;

/** A run that is being trained. */
interface Training {
  readonly run: KeptRun;
  readonly settings: Settings;
  readonly control: TrainControl;
  readonly abort: AbortController;
  /** Settles when it has ended, however it did. */
  ended: Promise<void>;
  current: Current | undefined;
  position: Position | undefined;
  /** The newest event of each type, for those who come later. */
  readonly newest: Map<TrainEvent["type"], TrainEvent>;
}

const stepsDone = ({ epoch, step, stepsPerEpoch }: Position): number => (epoch - 1) * stepsPerEpoch + step;

/** Trains runs here, one at a time; others wait. A run that fails takes nothing else with it. */
export class Trainer {
  private training: Training | undefined;
  private readonly queue = new Queue();
  /** Runs that failed here, and why. */
  private readonly failures = new Map<string, { readonly run: KeptRun; readonly message: string }>();
  /** New runs that were taken out of the queue. */
  private readonly given = new Set<string>();
  private readonly listeners = new Map<string, Set<TrainListener>>();
  private closed = false;

  constructor(
    private readonly tools: StudioTools,
    private readonly shelf: Shelf,
    /** Called whenever a run has ended or was given up. */
    private readonly onEnd: () => void = () => undefined,
  ) {}

  /** The name of the run that is being trained, if one is. */
  get busyWith(): string | undefined {
    return this.training?.run.name;
  }

  /** How many runs wait. */
  get waiting(): number {
    return this.queue.waiting.length;
  }

  /** Where the data are of the run that is trained and of those that wait. */
  get sources(): readonly string[] {
    const wishes = [...(this.training === undefined ? [] : [this.training]), ...this.queue.waiting];
    return wishes.flatMap(({ settings: { data } }) => (typeof data === "string" ? [data] : []));
  }

  /** Runs that failed here, or that wait to begin, of which nothing may be there. */
  get unkept(): readonly KeptRun[] {
    return [...this.failures.values(), ...this.queue.waiting].map(({ run }) => run);
  }

  /** The run of an id if it is being trained here, waits or has failed here, whatever there is of its folder. */
  find(id: string): KeptRun | undefined {
    if (this.training?.run.id === id) return this.training.run;
    return (this.queue.find(id) ?? this.failures.get(id))?.run;
  }

  /** Whether a run is being trained here, or waits for it. */
  has(id: string): boolean {
    return this.training?.run.id === id || this.queue.find(id) !== undefined;
  }

  /** What a list shows of a run, with what is known here of it. */
  shown(summary: RunSummary): RunSummary {
    const { training } = this;
    const waiting = this.queue.shown(summary);
    if (waiting !== undefined) return waiting;
    if (training?.run.id !== summary.id) {
      const problem = this.given.has(summary.id)
        ? "it was taken out of the queue before it began"
        : this.failures.get(summary.id)?.message;
      return problem === undefined ? summary : { ...summary, problem };
    }
    const { position, control } = training;
    const step = position === undefined ? summary.step : Math.max(summary.step, stepsDone(position));
    return { ...summary, state: "training", native: true, paused: control.paused, step };
  }

  /**
   * Begins a new run, or lets it wait while another one is trained; returns once it trains or waits. Throws what training throws
   * at its start, unless it waits.
   */
  async start(name: string, numbered: boolean, settings: Settings): Promise<KeptRun> {
    this.requireOpen();
    const run = await this.shelf.claim(name, numbered);
    try {
      await this.take({ run, settings: { ...settings, out: run.folder }, resume: false });
    } catch (error) {
      await this.forget(run);
      throw error;
    }
    return run;
  }

  /** Goes on with a run, or lets it wait; returns once it trains, waits, or has turned out to be finished. */
  async goOn(run: KeptRun, settings: Settings): Promise<void> {
    await this.take({ run, settings: { ...settings, out: run.folder }, resume: true });
  }

  private async take(wish: Wish): Promise<void> {
    this.requireOpen();
    if (this.training === undefined) return this.begin(wish);
    if (this.training.run.id === wish.run.id) {
      throw new Refusal(409, `"${wish.run.name}" is being trained here already`);
    }
    this.queue.add(wish);
    this.failures.delete(wish.run.id);
    this.tell(wish.run.id, undefined);
  }

  private requireOpen(): void {
    if (this.closed) throw new Refusal(503, "the studio is ending");
  }

  /** The place of a new run that came to nothing is free again. */
  private async forget(run: KeptRun): Promise<void> {
    this.shelf.drop(run);
    await rmdir(run.folder).catch(() => undefined); // unless there is something in it
  }

  /** Begins what waits longest, if nothing is being trained. */
  private goNext(): void {
    if (this.closed || this.training !== undefined) return;
    const wish = this.queue.next();
    if (wish === undefined) return;
    const { run, resume } = wish;
    this.begin(wish).catch(async (error: unknown) => {
      const message = told(error).error;
      this.failures.set(run.id, { run, message });
      this.tools.note(
        `${run.name}: ${error instanceof UserError ? message : String((error as Error).stack)}`,
      );
      if (!resume) await this.forget(run);
      this.tell(run.id, undefined);
    });
    this.tellWaiting();
  }

  private tellWaiting(): void {
    for (const { run } of this.queue.waiting) this.tell(run.id, undefined);
  }

  private begin({ run, settings, resume }: Wish): Promise<void> {
    const training: Training = {
      run,
      settings,
      control: trainControl(),
      abort: new AbortController(),
      ended: Promise.resolve(),
      current: undefined,
      position: undefined,
      newest: new Map(),
    };
    this.training = training;
    this.failures.delete(run.id);
    this.given.delete(run.id);
    return new Promise((resolve, reject) => {
      let begun = false;
      let refused: Error | undefined;
      const onEvent = (event: TrainEvent, current: Current): void => {
        training.current = current;
        if ("position" in event) training.position = event.position;
        training.newest.set(event.type, event);
        this.tell(run.id, event);
        begun = true;
        resolve();
      };
      const failed = (error: unknown): void => {
        const cause = error instanceof Error ? error : new Error(String(error));
        if (!begun) {
          refused = cause;
          return;
        }
        this.failures.set(run.id, { run, message: cause.message });
        this.tools.note(`${run.name}: ${cause.message}`);
        this.tell(run.id, { type: "warning", message: cause.message });
      };
      training.ended = this.train(training, settings, resume, onEvent)
        .catch(failed)
        .finally(async () => {
          await rmdir(run.folder).catch(() => undefined); // unless there is something in it
          training.current = undefined;
          this.training = undefined;
          this.tell(run.id, undefined);
          if (refused === undefined) resolve();
          else reject(refused);
          this.onEnd();
          this.goNext();
        });
    });
  }

  private async train(
    training: Training,
    settings: Settings,
    resume: boolean,
    onEvent: (event: TrainEvent, current: Current) => void,
  ): Promise<void> {
    const { control, abort } = training;
    const trained = await this.tools.train({ settings, resume, signal: abort.signal, control, onEvent });
    training.current = undefined;
    if (trained.finished) await trained.draw();
    await trained.close();
  }

  /**
   * Pauses, resumes, stops or steps the run that is trained here, or takes one that waits out of the queue (`stop`). Throws a
   * Refusal if it is neither.
   */
  async control(run: KeptRun, action: Control): Promise<void> {
    const { training } = this;
    if (this.queue.find(run.id) !== undefined) return this.giveUp(run, action);
    if (training === undefined || training.run.id !== run.id) {
      throw new Refusal(409, `"${run.name}" is not being trained by this studio`);
    }
    if (action === "stop") training.abort.abort();
    else training.control[action]();
    this.tell(run.id, undefined);
  }

  private async giveUp(run: KeptRun, action: Control): Promise<void> {
    if (action !== "stop") {
      throw new Refusal(
        409,
        `"${run.name}" waits for others to end: all it can be told is to stop, which takes it out`,
      );
    }
    const resume = this.queue.remove(run.id)?.resume ?? false;
    if (!resume) {
      this.given.add(run.id);
      await this.forget(run);
    }
    this.tell(run.id, undefined);
    this.tellWaiting();
    this.onEnd();
  }

  /** The weights of now of a run that is trained here, and the steps that they have seen; undefined if it is not. */
  async model(run: KeptRun): Promise<{ readonly model: TrainedVae; readonly step: number } | undefined> {
    const { training } = this;
    if (training?.run.id !== run.id || training.current === undefined) return undefined;
    const step = training.position === undefined ? 0 : stepsDone(training.position);
    try {
      return { model: await training.current.model(), step };
    } catch {
      return undefined; // it has ended meanwhile
    }
  }

  /** What a run that is trained here has told before, for one who comes later: its start and how far it is. */
  newest(id: string): TrainEvent[] {
    const { training } = this;
    if (training?.run.id !== id) return [];
    return (["start", "progress"] as const).flatMap((type) => training.newest.get(type) ?? []);
  }

  /** Tells of what happens to a run here; returns what ends that. */
  listen(id: string, listener: TrainListener): () => void {
    const listeners = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(id);
    };
  }

  private tell(id: string, event: TrainEvent | undefined): void {
    for (const listener of this.listeners.get(id) ?? []) listener(event);
  }

  /** Stops what is being trained and waits until it is saved; nothing begins from now on, and what waits is given up. */
  async close(): Promise<void> {
    this.closed = true;
    for (let wish = this.queue.next(); wish !== undefined; wish = this.queue.next()) {
      if (!wish.resume) await this.forget(wish.run);
    }
    this.training?.abort.abort();
    await this.training?.ended;
  }
}
