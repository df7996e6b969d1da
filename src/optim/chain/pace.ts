import type { Schedule, Watched } from "../schedules/schedule.js";

/** Which steps are updates of the weights, and at what learning rate. Steps are counted from 0, updates from 1. */
export interface Pace {
  /** The update that a step's gradient goes into. */
  updateAt(step: number): number;
  /** The factor on the learning rate. */
  factorAt(step: number): number;
  /** Whether a step's gradient is the first of its update's. */
  beginsAt(step: number): boolean;
  /** Whether it is the last: the weights are updated. */
  endsAt(step: number): boolean;
  /** Its share in the update's gradient. */
  shareAt(step: number): number;
}

/** An update at each step, at the optimiser's learning rate. */
export const steadyPace: Pace = {
  updateAt: (step) => step + 1,
  factorAt: () => 1,
  beginsAt: () => true,
  endsAt: () => true,
  shareAt: () => 1,
};

/** What a run's pace follows from. */
export interface PaceOptions {
  readonly schedule: Schedule;
  /** The optimiser's learning rate. */
  readonly lr: number;
  readonly epochs: number;
  /** Steps of an update; an epoch's last update may have fewer. */
  readonly accumulate: number;
  /** Examples of an epoch. */
  readonly examples: number;
  /** Examples of a step; an epoch's last step may have fewer. */
  readonly batch: number;
}

/** The pace of a run along a schedule. */
export class ScheduledPace implements Pace {
  private readonly stepsPerEpoch: number;
  private readonly updatesPerEpoch: number;

  /** `watched` is what a schedule that follows a measure has seen so far. */
  constructor(
    private readonly options: PaceOptions,
    private seen?: Watched,
  ) {
    this.stepsPerEpoch = Math.ceil(options.examples / options.batch);
    this.updatesPerEpoch = Math.ceil(this.stepsPerEpoch / options.accumulate);
  }

  updateAt(step: number): number {
    const { epoch, at } = this.place(step);
    return epoch * this.updatesPerEpoch + Math.floor(at / this.options.accumulate) + 1;
  }

  factorAt(step: number): number {
    return this.options.schedule.factorAt(this.updateAt(step) - 1, this.updates, this.seen);
  }

  beginsAt(step: number): boolean {
    return this.place(step).at % this.options.accumulate === 0;
  }

  endsAt(step: number): boolean {
    const { at } = this.place(step);
    return at === this.stepsPerEpoch - 1 || (at + 1) % this.options.accumulate === 0;
  }

  shareAt(step: number): number {
    const { accumulate, examples, batch } = this.options;
    const { at } = this.place(step);
    const until = (steps: number): number => Math.min(examples, steps * batch);
    const group = Math.floor(at / accumulate);
    const all = until((group + 1) * accumulate) - until(group * accumulate);
    return (until(at + 1) - until(at)) / all;
  }

  /** Updates of the whole run. */
  get updates(): number {
    return this.options.epochs * this.updatesPerEpoch;
  }

  /** Whether the learning rate may differ from the optimiser's. */
  get changes(): boolean {
    const { name, config } = this.options.schedule;
    return name !== "constant" || config.warmup !== 0;
  }

  /** The learning rate of a step. */
  rateAt(step: number): number {
    return this.options.lr * this.factorAt(step);
  }

  /** What a schedule that follows a measure has seen. */
  get watched(): Watched | undefined {
    return this.seen;
  }

  /** Tells the schedule of the monitored measure at the end of an epoch. */
  watch(measure: number): void {
    const { schedule, lr } = this.options;
    this.seen = schedule.watch?.(this.seen, measure, lr);
  }

  private place(step: number): { readonly epoch: number; readonly at: number } {
    return { epoch: Math.floor(step / this.stepsPerEpoch), at: step % this.stepsPerEpoch };
  }
}
