import { stepsInput } from "../onnx/steps-input.js"; // the room itself would load ONNX into the worker
import type { Backend, Session, SessionOptions, Tensors } from "./session.js";
import type { Tensor } from "../tensor/index.js";
import { ThreadChoice } from "./thread-choice.js";

/** Milliseconds between two looks at how many threads there should be. */
const interval = 500;

/** The number of threads to take, looked up again when the last look is some time ago. */
function lookedUp(look: () => number, now: () => number): () => number {
  let value = look();
  let at = now();
  return () => {
    if (now() - at < interval) return value;
    value = look();
    at = now();
    return value;
  };
}

/** A session that is opened anew, between two runs, when another number of threads is due. */
class SharedSession implements Session {
  private readonly choice = new ThreadChoice();

  constructor(
    private readonly open: (threads: number) => Promise<Session>,
    private readonly due: () => number,
    private readonly now: () => number,
    private session: Session,
    private threads: number,
  ) {}

  async run(feeds: Tensors, fetch: readonly string[], into?: Tensors): Promise<Record<string, Tensor>> {
    const threads = this.choice.threads(this.due());
    if (threads !== this.threads) {
      const before = this.session;
      this.session = await this.open(threads);
      this.threads = threads;
      await before.close();
    }
    const start = this.now();
    const results = await this.session.run(feeds, fetch, into);
    this.choice.took(this.now() - start, Number(feeds[stepsInput]?.data[0] ?? 1));
    return results;
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

/**
 * A backend whose sessions take as many threads as `look` says, and follow it while they are in use; fewer where that is
 * no slower (`ThreadChoice`). Results don't depend on the number of threads. Sessions that are opened with a number of their own keep it.
 */
export function sharedBackend(
  backend: Backend,
  look: () => number,
  now: () => number = () => performance.now(),
): Backend {
  const due = lookedUp(look, now);
  return {
    device: backend.device,
    description: backend.description,
    loops: backend.loops,
    extensions: backend.extensions,
    async open(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
      if (options.threads !== undefined) return backend.open(model, options);
      const open = (threads: number): Promise<Session> => backend.open(model, { ...options, threads });
      const threads = due();
      return new SharedSession(open, due, now, await open(threads), threads);
    },
  };
}
