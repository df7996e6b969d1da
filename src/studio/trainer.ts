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
import { Refusal } from "./refusal.js";
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

/** Trains runs here, one at a time. A run that fails takes nothing else with it. */
export class Trainer {
  private training: Training | undefined;
  /** Runs that failed here, and why. */
  private readonly failures = new Map<string, { readonly run: KeptRun; readonly message: string }>();
  private readonly listeners = new Map<string, Set<TrainListener>>();
  private closed = false;

  constructor(
    private readonly tools: StudioTools,
    private readonly shelf: Shelf,
  ) {}

  /** The name of the run that is being trained, if one is. */
  get busyWith(): string | undefined {
    return this.training?.run.name;
  }

  /** Runs that failed here, of which nothing may be left. */
  get failed(): readonly KeptRun[] {
    return [...this.failures.values()].map(({ run }) => run);
  }

  /** The run of an id if it is being trained here or has failed here, whatever there is of its folder. */
  find(id: string): KeptRun | undefined {
    return this.training?.run.id === id ? this.training.run : this.failures.get(id)?.run;
  }

  /** Whether a run is being trained here. */
  trains(id: string): boolean {
    return this.training?.run.id === id;
  }

  /** What a list shows of a run, with what is known here of it. */
  shown(summary: RunSummary): RunSummary {
    const { training } = this;
    const problem = this.failures.get(summary.id)?.message;
    if (training?.run.id !== summary.id) return problem === undefined ? summary : { ...summary, problem };
    const { position, control } = training;
    const step = position === undefined ? summary.step : Math.max(summary.step, stepsDone(position));
    return { ...summary, state: "training", native: true, paused: control.paused, step };
  }

  /** Begins a new run; returns once it trains. Throws a Refusal if another one does, and what training throws at its start. */
  async start(name: string, numbered: boolean, settings: Settings): Promise<KeptRun> {
    this.requireFree();
    const reserved = this.reserve();
    try {
      const run = await this.shelf.claim(name, numbered);
      try {
        await this.begin(run, { ...settings, out: run.folder }, false);
      } catch (error) {
        this.shelf.drop(run);
        throw error;
      }
      return run;
    } finally {
      reserved();
    }
  }

  /** Goes on with a run; returns once it trains, or has turned out to be finished. */
  async goOn(run: KeptRun, settings: Settings): Promise<void> {
    this.requireFree();
    const reserved = this.reserve();
    try {
      await this.begin(run, { ...settings, out: run.folder }, true);
    } finally {
      reserved();
    }
  }

  private reserved = false;
  private reserve(): () => void {
    this.reserved = true;
    return () => {
      this.reserved = false;
    };
  }

  private requireFree(): void {
    if (this.closed) throw new Refusal(503, "the studio is ending");
    const name = this.training?.run.name;
    if (name === undefined && !this.reserved) return;
    const which = name === undefined ? "another run" : `"${name}"`;
    throw new Refusal(
      409,
      `${which} is being trained here, and one run is at a time: stop it first, or wait until it ends`,
    );
  }

  private begin(run: KeptRun, settings: Settings, resume: boolean): Promise<void> {
    const training: Training = {
      run,
      control: trainControl(),
      abort: new AbortController(),
      ended: Promise.resolve(),
      current: undefined,
      position: undefined,
      newest: new Map(),
    };
    this.training = training;
    this.failures.delete(run.id);
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

  /** Pauses, resumes, stops or steps the run that is trained here. Throws a Refusal if it is another, or none. */
  control(run: KeptRun, action: Control): void {
    const { training } = this;
    if (training === undefined || training.run.id !== run.id) {
      throw new Refusal(409, `"${run.name}" is not being trained by this studio`);
    }
    if (action === "stop") training.abort.abort();
    else training.control[action]();
    this.tell(run.id, undefined);
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

  /** Stops what is being trained and waits until it is saved; nothing begins from now on. */
  async close(): Promise<void> {
    this.closed = true;
    this.training?.abort.abort();
    await this.training?.ended;
  }
}
