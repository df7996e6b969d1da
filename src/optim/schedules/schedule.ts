import type { Entry, Json, OptionInfo } from "../../catalogue/index.js";
import { be, type Check } from "../../catalogue/index.js";

/** What a schedule that follows a measure has seen: plain data, which travels in checkpoints. */
export interface Watched {
  /** By which the learning rate is multiplied. */
  readonly factor: number;
  /** The lowest value so far. */
  readonly best: number;
  /** Epochs since then, as the schedule counts them. */
  readonly bad: number;
  /** Epochs left in which none is counted as bad. */
  readonly cooldown: number;
}

/**
 * How the learning rate goes: a factor on it for every update of the weights. All schedules are functions of the number of
 * updates, but for those that follow the monitored measure (`watch`).
 */
export interface Schedule {
  readonly name: string;
  readonly config: Readonly<Record<string, Json>>;
  /**
   * The factor at an update, counted from 0, of a run of `total` updates; `watched` is what `watch` has last returned, if
   * the schedule has it.
   */
  factorAt(update: number, total: number, watched?: Watched): number;
  /**
   * Told of the monitored measure (the lower the better) at the end of each epoch; `watched` is undefined at first, `lr` the
   * optimiser's learning rate.
   */
  readonly watch?: (watched: Watched | undefined, measure: number, lr: number) => Watched;
}

/** What is known of a schedule that can be chosen by name. */
export type ScheduleInfo = Entry<Schedule>;

/** What every schedule can be told. */
export interface WarmupOptions {
  /** Updates over which the learning rate rises, in equal steps, to the schedule's first; default 0. */
  readonly warmup?: number;
}

/** The check and the description of `warmup`. */
export const warmupCheck: Check = be.whole(0);
export const warmupInfo: OptionInfo = {
  type: "integer",
  min: 0,
  default: 0,
  about: "steps over which the learning rate first rises in a line",
};

/**
 * A schedule of its factor after the warm-up, in which the factor of update t is (t + 1) / warmup of the schedule's first.
 * The rest counts from 0 again, of the updates that are left.
 */
export function withWarmup(schedule: Schedule & { readonly config: { readonly warmup: number } }): Schedule {
  const { warmup } = schedule.config;
  return {
    ...schedule,
    factorAt(update, total, watched) {
      const left = Math.max(1, total - warmup);
      if (update >= warmup) return schedule.factorAt(update - warmup, left, watched);
      return ((update + 1) / warmup) * schedule.factorAt(0, left, watched);
    },
  };
}
