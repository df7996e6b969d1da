/** Runs work for the newest value only: at most once a frame, and never twice at the same time. */
export interface Newest<T> {
  ask(value: T): void;
  /** After this nothing is begun. */
  close(): void;
}

export function newestOnly<T>(
  work: (value: T) => Promise<void>,
  frame: (callback: () => void) => unknown = requestAnimationFrame,
): Newest<T> {
  let waiting: { readonly value: T } | undefined;
  let [scheduled, busy, closed] = [false, false, false];
  const schedule = (): void => {
    if (scheduled || busy || closed || waiting === undefined) return;
    scheduled = true;
    frame(() => void run());
  };
  const run = async (): Promise<void> => {
    scheduled = false;
    const now = waiting;
    waiting = undefined;
    if (now === undefined || closed) return;
    busy = true;
    try {
      await work(now.value);
    } finally {
      busy = false;
      schedule();
    }
  };
  return {
    ask(value) {
      waiting = { value };
      schedule();
    },
    close() {
      closed = true;
    },
  };
}

/** The last so many durations, and the one that 95 of 100 stay under. */
export class Durations {
  private readonly last: number[] = [];

  constructor(private readonly kept = 200) {}

  add(milliseconds: number): void {
    this.last.push(milliseconds);
    if (this.last.length > this.kept) this.last.shift();
  }

  get count(): number {
    return this.last.length;
  }

  /** Undefined before anything was measured. */
  get p95(): number | undefined {
    const sorted = [...this.last].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))];
  }
}
