import type { EpochRecord, TrainEvent } from "latent/web";
import type { Look } from "./protocol";

export type LiveState =
  | "starting"
  | "waiting"
  | "training"
  | "paused"
  | "stopping"
  | "finished"
  | "stopped"
  | "failed";

/** Terms of the loss at a step, averaged over the epoch so far. */
export interface ProgressPoint {
  readonly step: number;
  readonly epoch: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly examplesPerSecond: number;
}

/** A training as screens show it, wherever it goes on. */
export abstract class LiveRun {
  state = $state<LiveState>("starting");
  /** Of one that waits, its place in the queue, from 1. */
  position = $state(0);
  device = $state("");
  engine = $state("");
  model = $state("");
  objective = $state("");
  epoch = $state(0);
  epochs = $state(0);
  step = $state(0);
  stepsPerEpoch = $state(0);
  secondsLeft = $state<number>();
  history = $state.raw<readonly EpochRecord[]>([]);
  progress = $state.raw<readonly ProgressPoint[]>([]);
  warnings = $state.raw<readonly string[]>([]);
  look = $state.raw<Look>();
  problem = $state<string>();

  /** Whether it can be paused, stepped and stopped from here. */
  abstract readonly controlled: boolean;
  abstract pause(): void;
  abstract resume(): void;
  /** Trains on for one update, then pauses. */
  abstract stepOnce(): void;
  abstract stop(): void;
  /** Ends what this page holds of it. */
  abstract close(): void;

  protected fail(message: string): void {
    this.problem = message;
    this.state = "failed";
  }

  protected take(event: TrainEvent): void {
    if (event.type === "start") this.begin(event);
    else if (event.type === "progress") this.advance(event);
    else if (event.type === "epoch") this.endEpoch(event);
    else if (event.type === "warning") this.warnings = [...this.warnings, event.message];
  }

  private begin({ device, engine, model, objective, position }: TrainEvent & { type: "start" }): void {
    this.state = "training";
    this.device = device;
    this.engine = engine;
    this.model = model;
    this.objective = objective;
    this.epoch = position.epoch;
    this.epochs = position.epochs;
    this.stepsPerEpoch = position.stepsPerEpoch;
  }

  private advance({
    position,
    terms,
    examplesPerSecond,
    secondsLeft,
  }: TrainEvent & { type: "progress" }): void {
    const { epoch, epochs, step, stepsPerEpoch } = position;
    this.epoch = epoch;
    this.epochs = epochs;
    this.stepsPerEpoch = stepsPerEpoch;
    this.step = (epoch - 1) * stepsPerEpoch + step;
    this.secondsLeft = secondsLeft;
    this.progress = [...this.progress, { step: this.step, epoch, terms, examplesPerSecond }];
  }

  protected endEpoch(record: EpochRecord): void {
    this.epoch = record.epoch;
    this.step = record.step;
    if (!this.history.some(({ epoch }) => epoch === record.epoch)) this.history = [...this.history, record];
  }
}
