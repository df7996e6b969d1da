/** What was set before, the newest last, and what is set since somebody stopped changing it. */
export interface Past<T> {
  readonly before: readonly T[];
  readonly settled: T;
}

const most = 100;

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Somebody has stopped changing: what was settled before can be gone back to. */
export function settle<T>({ before, settled }: Past<T>, now: T): Past<T> {
  return isSame(now, settled)
    ? { before, settled }
    : { before: [...before, settled].slice(-most), settled: now };
}

export const canUndo = <T>({ before, settled }: Past<T>, now: T): boolean =>
  before.length > 0 || !isSame(now, settled);

/** What was set before `now`. */
export function undo<T>(past: Past<T>, now: T): Past<T> {
  const { before } = settle(past, now);
  return { before: before.slice(0, -1), settled: before.at(-1) ?? now };
}
