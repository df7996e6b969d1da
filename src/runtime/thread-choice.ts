/** Milliseconds of computing before the first trial, and between two. */
const firstTrial = 2_000;
const betweenTrials = 15_000;

/** Runs of a trial; the first is not counted, as its session is new. */
const trialRuns = 3;

/** Another number of threads is kept if a step then takes less than this part of the time. */
const gain = 0.97;

/**
 * Chooses the number of threads of a session by the time of a step: while it computes it now and then tries half as
 * many threads, or twice as many, for a few runs, and keeps to what does better. Beside busy neighbours that can't be
 * seen from here, such as other virtual machines, an operation shared between threads waits for the one that has lost its
 * core, and one thread may be several times as fast as two.
 */
export class ThreadChoice {
  private chosen: number | undefined;
  private most = 1;
  private recent: number[] = [];
  private computed = 0;
  private wait = firstTrial;
  private trial: { readonly threads: number; readonly times: number[] } | undefined;
  private upwards = false;

  /** The number for the next run, of `most` at most; all of them at first, and whenever `most` has changed. */
  threads(most: number): number {
    if (this.chosen === undefined || most !== this.most) {
      this.chosen = most;
      this.most = most;
      this.trial = undefined;
      this.recent = [];
    }
    return this.trial?.threads ?? this.chosen;
  }

  /** Takes note of a run: its milliseconds, and how many steps it was of. */
  took(milliseconds: number, steps: number): void {
    const perStep = milliseconds / Math.max(1, steps);
    if (this.trial === undefined) {
      this.recent = [...this.recent.slice(1 - trialRuns), perStep];
      this.computed += milliseconds;
      if (this.computed >= this.wait && this.recent.length === trialRuns) this.begin();
      return;
    }
    this.trial.times.push(perStep);
    if (this.trial.times.length >= trialRuns) this.end(this.trial);
  }

  private begin(): void {
    this.computed = 0;
    this.wait = betweenTrials;
    const chosen = this.chosen ?? 1;
    const threads = this.upwards ? Math.min(this.most, 2 * chosen) : Math.max(1, Math.floor(chosen / 2));
    this.upwards = !this.upwards;
    if (threads !== chosen) this.trial = { threads, times: [] };
  }

  private end({ threads, times }: { readonly threads: number; readonly times: readonly number[] }): void {
    const before = Math.min(...this.recent);
    const found = Math.min(...times.slice(1));
    if (found < before * gain) {
      this.chosen = threads;
      this.recent = times.slice(1);
    }
    this.trial = undefined;
  }
}
