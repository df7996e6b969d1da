import os from "node:os";

/** Time on cores in milliseconds, counted from some start: of the machine and of this process. */
export interface CpuTimes {
  /** Of all cores together, at work. */
  readonly busy: number;
  /** Of all cores together, at work or not. */
  readonly total: number;
  /** Of this process, all its threads together. */
  readonly own: number;
  readonly cores: number;
}

/** What the operating system counts. */
export function cpuTimes(): CpuTimes {
  const all = os.cpus();
  let [busy, idle] = [0, 0];
  for (const { times } of all) {
    busy += times.user + times.nice + times.sys + times.irq;
    idle += times.idle;
  }
  const { user, system } = process.cpuUsage();
  return { busy, total: busy + idle, own: (user + system) / 1000, cores: all.length };
}

/**
 * How many cores other programs keep busy: a function that answers the average since it was last called, 0 at first.
 * `usable` is the number of cores that this process may use; where the machine has more, as in many containers, whose
 * work they do can't be told, and the answer is 0.
 */
export function loadElsewhere(usable: number, read: () => CpuTimes = cpuTimes): () => number {
  let before = read();
  return () => {
    const now = read();
    const passed = now.total - before.total;
    const others = now.busy - before.busy - (now.own - before.own);
    const load = passed > 0 && now.cores === usable ? (others / passed) * now.cores : 0;
    before = now;
    return Math.max(0, load);
  };
}
