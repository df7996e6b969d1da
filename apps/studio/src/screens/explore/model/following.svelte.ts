import { messageOf } from "../../../lib/message";
import type { OpenedRun, RunNews } from "../../../lib/sources/types";
import type { Bench } from "./bench.svelte";

/** Weights of a moment. */
export interface Moment {
  readonly step: number;
  readonly epoch: number;
}

/** Milliseconds between two takings of newer weights: each brings new codes and a new backdrop. */
const apart = 2000;

/** A run that is still trained: its newer weights are taken at once or when they are asked for. */
export class Following {
  /** Whether newer weights are taken as they come. */
  auto = $state(true);
  /** How far the run is. */
  newest = $state.raw<Moment>({ step: 0, epoch: 0 });
  /** Of which moment the weights are that are shown. */
  shown = $state.raw<Moment>({ step: 0, epoch: 0 });
  training = $state(false);
  problem = $state<string>();
  private taking = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly end: (() => void) | undefined;

  constructor(
    private readonly run: OpenedRun,
    private readonly bench: Pick<Bench, "take">,
    private readonly wait = apart,
  ) {
    const { step, epoch, state } = run.card;
    this.newest = this.shown = { step, epoch };
    this.training = state === "training";
    this.end = run.follow?.((news) => this.hear(news));
  }

  /** Whether there are newer weights than those that are shown. */
  get isBehind(): boolean {
    return this.newest.step > this.shown.step;
  }

  follow(auto: boolean): void {
    this.auto = auto;
    this.takeSoon();
  }

  /** Takes the newest weights; what is chosen on the screen stays. */
  async take(): Promise<void> {
    if (this.taking || !this.isBehind) return;
    this.taking = true;
    const moment = this.newest;
    try {
      await this.bench.take(await this.run.model());
      this.shown = moment;
      this.problem = undefined;
    } catch (error) {
      this.problem = messageOf(error);
    } finally {
      this.taking = false;
      this.takeSoon();
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.auto = false;
    this.end?.();
  }

  private hear(news: RunNews): void {
    const { step, epoch } = this.newest;
    if (news.type === "snapshot") this.newest = { step: Math.max(step, news.step), epoch };
    else if (news.type === "epoch") this.newest = { step, epoch: Math.max(epoch, news.record.epoch) };
    else if (news.type === "state") {
      this.training = news.card.state === "training";
      this.newest = { step, epoch: Math.max(epoch, news.card.epoch) };
    }
    this.takeSoon();
  }

  private takeSoon(): void {
    if (!this.auto || !this.isBehind || this.taking || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.auto) void this.take();
    }, this.wait);
  }
}
