import { fromArrays, type RunConfig, tensor, type TrainedVae } from "latent/web";
import { messageOf } from "../message";
import { openRun } from "../sources/runs";
import type { Control, OpenedRun, RunCard, RunNews } from "../sources/types";
import { LiveRun, type LiveState } from "./live-run.svelte";
import { Looker } from "./look";

const states: Readonly<Record<RunCard["state"], LiveState>> = {
  training: "training",
  waiting: "waiting",
  interrupted: "stopped",
  finished: "finished",
  damaged: "failed",
};

/** A run that is kept somewhere: watched while another process or the server trains it, or looked at once it has ended. */
export class KeptRun extends LiveRun {
  name = $state("");
  controlled = $state(false);
  config = $state.raw<RunConfig>();
  private run: OpenedRun | undefined;
  private unfollow: (() => void) | undefined;
  private looker: Looker | undefined;
  private looking = false;
  private wanted: number | undefined;
  private opening = false;
  private closed = false;

  constructor(
    readonly source: string,
    readonly id: string,
  ) {
    super();
    this.open().catch((error: unknown) => this.fail(messageOf(error)));
  }

  private async open(): Promise<void> {
    const run = await openRun(this.source, this.id);
    if (this.closed) return;
    this.run = run;
    this.history = run.history;
    this.takeCard(run.card);
    if (run.config !== undefined) await this.takeConfig(run, run.config);
    this.unfollow ??= run.follow?.((news) => this.hear(news));
  }

  private async takeConfig(run: OpenedRun, config: RunConfig): Promise<void> {
    this.config = config;
    this.looker = await this.lookerOf(run);
    this.see(run.card.step);
  }

  private async lookerOf(run: OpenedRun): Promise<Looker | undefined> {
    const found = await run.examples(1000);
    if (found === undefined || found.count === 0) return undefined;
    const { values, shape, count, labels } = found;
    const examples = tensor("float32", [count, ...shape], values);
    const split = labels === undefined ? examples : { examples, labels };
    return Looker.of(fromArrays({ shape, train: split, test: split }));
  }

  private takeCard(card: RunCard): void {
    this.name = card.name;
    this.controlled = card.native && (card.state === "training" || card.state === "waiting");
    this.position = card.position ?? 0;
    if (this.state !== "paused" || card.state !== "training") this.state = states[card.state];
    this.model = card.model;
    this.objective = card.objective;
    this.epoch = card.epoch;
    this.epochs = card.epochs;
    this.step = card.step;
    if (card.problem !== undefined) this.problem = card.problem;
  }

  private hear(news: RunNews): void {
    if (news.type === "epoch") this.endEpoch(news.record);
    else if (news.type === "state") this.hearState(news.card);
    else if (news.type === "train") this.take(news.event);
    else this.see(news.step);
  }

  /** One that waited has its settings once it has begun. */
  private hearState(card: RunCard): void {
    this.takeCard(card);
    if (this.config !== undefined || this.opening || card.state === "waiting" || card.state === "damaged")
      return;
    this.opening = true;
    this.open()
      .catch((error: unknown) => this.fail(messageOf(error)))
      .finally(() => {
        this.opening = false;
      });
  }

  /** Looks at the newest weights; while that goes on, only the last of further wishes counts. */
  private see(step: number): void {
    this.wanted = step;
    if (this.looking || this.looker === undefined) return;
    this.looking = true;
    void this.seeWanted().finally(() => {
      this.looking = false;
    });
  }

  private async seeWanted(): Promise<void> {
    while (this.wanted !== undefined && !this.closed) {
      const step = this.wanted;
      this.wanted = undefined;
      try {
        const model = (): Promise<TrainedVae> => (this.run as OpenedRun).model();
        this.look = await this.looker?.look({ model }, { step, epoch: this.epoch });
      } catch (error) {
        this.warnings = [...this.warnings, messageOf(error)];
      }
    }
  }

  /** The run's folder as a zip. */
  async zip(): Promise<Blob | undefined> {
    return this.run?.zip();
  }

  /** Whether it can go on, to so many epochs, where it is kept. */
  get resumable(): boolean {
    return this.run?.resume !== undefined && this.config !== undefined;
  }

  /** Goes on where it stopped, or waits for that. */
  async goOn(epochs: number): Promise<void> {
    await this.run?.resume?.(epochs);
  }

  private control(action: Control): void {
    this.run?.control?.(action).catch((error: unknown) => {
      this.warnings = [...this.warnings, messageOf(error)];
    });
  }

  pause(): void {
    this.control("pause");
    this.state = "paused";
  }
  resume(): void {
    this.control("resume");
    this.state = "training";
  }
  stepOnce(): void {
    this.control("step");
  }
  stop(): void {
    this.control("stop");
    this.state = "stopping";
  }
  close(): void {
    this.closed = true;
    this.unfollow?.();
  }
}
