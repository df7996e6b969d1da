const targetMilliseconds = 150;
const largest = 200;

/**
 * How many steps to run in one call: as many as take about 150 ms, so that calls cost nothing and interrupting
 * is quick. The grouping has no effect on the numbers.
 */
export class ChunkSize {
  steps = 8;

  /** Says how long a call took, so that the next ones fit. */
  took(steps: number, milliseconds: number): void {
    const wanted = (steps * targetMilliseconds) / Math.max(1, milliseconds);
    this.steps = Math.max(1, Math.min(largest, 2 * this.steps, Math.round(wanted)));
  }
}
