import { be, requireArgument, UserError } from "../tensor/index.js";

/**
 * Pauses a training run, lets it go on, or goes through it step by step; its numbers are the same whatever is asked. One
 * control is of one run at a time, and can be used for the next when that has ended.
 */
export interface TrainControl {
  /**
   * Whether the run is to stand still: true from `pause()` or `step()` until `resume()`. May be asked before the run
   * begins.
   */
  readonly paused: boolean;
  /** Whether the run stands still: steps under way are done, and nothing is computed until `resume()` or `step()`. */
  readonly idle: boolean;
  /**
   * Lets the run stand still after the steps under way (and, if they end an epoch, its evaluation). It then saves a
   * checkpoint, if it is kept, and tells where it is by a `progress` event.
   */
  pause(): void;
  /** Lets the run go on. */
  resume(): void;
  /**
   * Does exactly `count` optimiser steps (default 1), then stands still again as after `pause()`. With `accumulate`, an
   * optimiser step takes that many batches. Throws a UserError unless `count` is a whole number from 1.
   */
  step(count?: number): void;
}

/** What a run asks of its control. */
export class RunControl implements TrainControl {
  paused = false;
  idle = false;
  private allowed = 0;
  private taken = false;
  private wake: (() => void) | undefined;

  pause(): void {
    this.paused = true;
    this.allowed = 0;
  }

  resume(): void {
    this.paused = false;
    this.allowed = 0;
    this.wake?.();
  }

  step(count = 1): void {
    requireArgument("step", "the number of steps", count, be.whole(1));
    this.paused = true;
    this.allowed += count;
    this.wake?.();
  }

  /** Optimiser steps that may be begun now. */
  get allowance(): number {
    return this.paused ? this.allowed : Infinity;
  }

  /** Says how many optimiser steps were begun. */
  spend(steps: number): void {
    this.allowed = Math.max(0, this.allowed - steps);
  }

  /** Waits until steps are allowed, or the signal is aborted. */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.allowance > 0 || signal?.aborted) return;
    this.idle = true;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
    this.idle = false;
    this.wake = undefined;
  }

  /** Takes it for a run; the returned function gives it free. Throws a UserError if it is another's. */
  take(): () => void {
    if (this.taken) {
      throw new UserError("train: the `control` is that of another run under way; make one for each run", 2);
    }
    this.taken = true;
    return () => {
      this.taken = false;
    };
  }
}

/**
 * A control for `train`'s option `control`.
 *
 *     const control = trainControl();
 *     const training = train(model, data, { control });
 *     control.pause();
 *     control.step(10);
 *     control.resume();
 */
export function trainControl(): TrainControl {
  return new RunControl();
}

/** What the option must be. */
export const aControl = {
  expected: "a control, which trainControl() makes",
  ok: (value: unknown): boolean => value instanceof RunControl,
};
