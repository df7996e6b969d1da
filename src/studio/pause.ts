import type { PauseControl } from "./types.js";

/**
 * Pauses a run by what training waits for: the Promise of its `onEvent`. It comes to rest at the next event, so that a
 * step is as much as is done between two events.
 */
export class EventPause implements PauseControl {
  private release: (() => void) | undefined;
  private gate: Promise<void> | undefined;
  private allowed = 0;

  get paused(): boolean {
    return this.gate !== undefined;
  }

  pause(): void {
    this.gate ??= new Promise((resolve) => {
      this.release = resolve;
    });
  }

  resume(): void {
    this.release?.();
    this.release = undefined;
    this.gate = undefined;
  }

  step(n = 1): void {
    this.pause();
    this.allowed += n;
    this.release?.();
  }

  /** Waits while the run is paused; an ended one is not held up. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.gate === undefined || signal.aborted) return;
    if (this.allowed === 0) {
      const ended = new Promise<void>((resolve) =>
        signal.addEventListener("abort", () => resolve(), { once: true }),
      );
      await Promise.race([this.gate, ended]);
    }
    if (this.allowed === 0) return;
    this.allowed--;
    this.gate = undefined;
    this.pause();
  }
}
