import { proxy, type Remote, wrap } from "comlink";
import type { EpochRecord, TrainEvent } from "latent/web";
import type { Look, TrainerApi, TrainingNews, TrainingRequest } from "./protocol";

export type TrainingState =
  | "starting"
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

/** A training in a worker of this page, as screens show it. */
export class PageTraining {
  state = $state<TrainingState>("starting");
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
  /** The trained model's files, once it has ended. */
  files = $state.raw<Readonly<Record<string, Uint8Array>>>();

  private readonly worker = new Worker(new URL("./trainer.worker.ts", import.meta.url), { type: "module" });
  private readonly trainer: Remote<TrainerApi> = wrap<TrainerApi>(this.worker);

  constructor(readonly request: TrainingRequest) {
    this.worker.addEventListener("error", (event) => this.fail(event.message));
    this.trainer
      .start(
        request,
        proxy((news: TrainingNews) => this.hear(news)),
      )
      .catch((error: unknown) => this.fail(String(error)));
  }

  pause(): void {
    void this.trainer.pause();
  }
  resume(): void {
    void this.trainer.resume();
  }
  /** Trains on for a little, then pauses. */
  stepOnce(): void {
    void this.trainer.step();
  }
  stop(): void {
    this.state = "stopping";
    void this.trainer.stop();
  }
  /** The model's files with its weights as they are now. */
  async snapshot(): Promise<Readonly<Record<string, Uint8Array>> | undefined> {
    return this.files ?? (await this.trainer.snapshot());
  }
  /** Ends the worker, whatever it does. */
  close(): void {
    this.worker.terminate();
  }

  private fail(message: string): void {
    this.problem = message;
    this.state = "failed";
  }

  private hear(news: TrainingNews): void {
    if (news.type === "event") this.take(news.event);
    else if (news.type === "look") this.look = news.look;
    else if (news.type === "failed") this.fail(news.message);
    else if (news.type === "paused") {
      if (this.state === "training" || this.state === "paused")
        this.state = news.paused ? "paused" : "training";
    } else {
      this.files = news.files;
      this.state = news.finished ? "finished" : "stopped";
    }
  }

  private take(event: TrainEvent): void {
    if (event.type === "start") {
      this.state = "training";
      this.device = event.device;
      this.engine = event.engine;
      this.model = event.model;
      this.objective = event.objective;
      this.epochs = event.position.epochs;
      this.stepsPerEpoch = event.position.stepsPerEpoch;
    } else if (event.type === "progress") {
      const { epoch, step, stepsPerEpoch } = event.position;
      this.epoch = epoch;
      this.stepsPerEpoch = stepsPerEpoch;
      this.step = (epoch - 1) * stepsPerEpoch + step;
      this.secondsLeft = event.secondsLeft;
      const point = {
        step: this.step,
        epoch,
        terms: event.terms,
        examplesPerSecond: event.examplesPerSecond,
      };
      this.progress = [...this.progress, point];
    } else if (event.type === "epoch") {
      this.epoch = event.epoch;
      this.step = event.step;
      this.history = [...this.history, event];
    } else if (event.type === "warning") {
      this.warnings = [...this.warnings, event.message];
    }
  }
}
