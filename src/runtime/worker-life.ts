/** What is used of `navigator.locks`: a lock's holder that has ended, however it did, holds it no more. */
interface Locks {
  request(name: string, callback: () => Promise<void> | undefined): Promise<void>;
}

function locks(): Locks | undefined {
  return (globalThis as { readonly navigator?: { readonly locks?: Locks } }).navigator?.locks;
}

const nameOf = (life: string): string => `latent engine ${life}`;

/**
 * In a worker: a sign of life for as long as it lives, by which others can wait for its end, which browsers don't tell.
 * Undefined where there are no Web Locks.
 */
export async function liveOn(): Promise<string | undefined> {
  const known = locks();
  if (known === undefined) return undefined;
  const life = crypto.randomUUID();
  return new Promise((resolve) => {
    const forever = (): Promise<void> => {
      resolve(life);
      return new Promise(() => undefined);
    };
    known.request(nameOf(life), forever).catch(() => resolve(undefined));
  });
}

/** Calls `ended` when the worker with a sign of life has ended. */
export function whenEnded(life: string, ended: () => void): void {
  const tell = (): undefined => void ended();
  locks()
    ?.request(nameOf(life), tell)
    .catch(() => undefined);
}
