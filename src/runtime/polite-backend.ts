import type { Tensor } from "../tensor/index.js";
import type { Backend, Session, SessionOptions, Tensors } from "./session.js";

/** Milliseconds between two looks at what other programs do. */
const interval = 500;

/** Cores that others keep busy from which on spinning does harm, and below which it does none again. */
const busy = 0.5;
const free = 0.2;

/** Sessions whose threads sleep while they wait for each other, rather than spin. */
const sleeping: SessionOptions = { config: { "session.intra_op.allow_spinning": "0" } };

/** Whether threads should sleep while they wait: looked up again when the last look is some time ago. */
function sleepiness(load: () => number, now: () => number): () => boolean {
  let sleeps = false;
  let at = now();
  return () => {
    if (now() - at < interval) return sleeps;
    at = now();
    sleeps = load() > (sleeps ? free : busy);
    return sleeps;
  };
}

/** A session that is opened anew, between two runs, when its threads should wait otherwise. */
class PoliteSession implements Session {
  constructor(
    private readonly open: (sleeps: boolean) => Promise<Session>,
    private readonly due: () => boolean,
    private session: Session,
    private sleeps: boolean,
  ) {}

  async run(feeds: Tensors, fetch: readonly string[], into?: Tensors): Promise<Record<string, Tensor>> {
    const sleeps = this.due();
    if (sleeps !== this.sleeps) {
      const next = await this.open(sleeps);
      await this.session.close();
      this.session = next;
      this.sleeps = sleeps;
    }
    return this.session.run(feeds, fetch, into);
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

/**
 * A backend whose threads spin while they wait for each other, which is fastest alone, and sleep while other programs keep
 * cores busy (`load`, in cores): of two threads that spin on one free core, each takes the time that the other waits for.
 * Their number stays, and so do the results, bit for bit.
 */
export function politeBackend(
  backend: Backend,
  load: () => number,
  now: () => number = () => performance.now(),
): Backend {
  const due = sleepiness(load, now);
  return {
    ...backend,
    async open(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
      const open = (sleeps: boolean): Promise<Session> =>
        backend.open(model, {
          ...options,
          config: { ...options.config, ...(sleeps && sleeping.config) },
        });
      const sleeps = due();
      return new PoliteSession(open, due, await open(sleeps), sleeps);
    },
  };
}
