import type { Backend, Session, SessionOptions, Tensors } from "./session.js";
import type { Tensor } from "../tensor/index.js";

/** Places in the shared memory: how many are inside, and whether the door is shut. */
const inside = 0;
const shut = 1;

/**
 * The way into native code of a worker thread, which another thread can shut. Node ends a worker by stopping its
 * JavaScript; a native addon that returns into stopped JavaScript throws an exception of C++ that nobody catches, and
 * the process aborts. So whoever ends the worker, or the process, shuts the door first and waits until nobody is inside.
 */
export class NativeDoor {
  private readonly state: Int32Array;

  /** Shared memory of 8 bytes; a new door has somebody inside, the worker that is starting. */
  constructor(readonly memory: SharedArrayBuffer = startingMemory()) {
    this.state = new Int32Array(memory);
  }

  /** Does native work. Once the door is shut, nothing is done, and the promise stays open: the thread is about to end. */
  async through<T>(work: () => Promise<T>): Promise<T> {
    Atomics.add(this.state, inside, 1);
    try {
      if (Atomics.load(this.state, shut) === 0) return await work();
    } finally {
      this.leave();
    }
    return new Promise(() => undefined);
  }

  /** The worker that was starting is out. */
  leave(): void {
    Atomics.sub(this.state, inside, 1);
    Atomics.notify(this.state, inside);
  }

  /** Shuts the door and blocks until nobody is inside, for some milliseconds at most; returns whether nobody is. */
  shut(milliseconds: number): boolean {
    Atomics.store(this.state, shut, 1);
    const end = Date.now() + milliseconds;
    for (;;) {
      const count = Atomics.load(this.state, inside);
      if (count <= 0) return true;
      const left = end - Date.now();
      if (left <= 0) return false;
      Atomics.wait(this.state, inside, count, left);
    }
  }
}

function startingMemory(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(8);
  new Int32Array(memory)[inside] = 1;
  return memory;
}

class GuardedSession implements Session {
  constructor(
    private readonly session: Session,
    private readonly door: NativeDoor,
  ) {}

  run(feeds: Tensors, fetch: readonly string[], into?: Tensors): Promise<Record<string, Tensor>> {
    return this.door.through(() => this.session.run(feeds, fetch, into));
  }

  close(): Promise<void> {
    return this.door.through(() => this.session.close());
  }
}

/** A backend whose native code is entered through a door. */
export function guardedBackend(backend: Backend, door: NativeDoor): Backend {
  return {
    ...backend,
    open: (model: Uint8Array, options?: SessionOptions) =>
      door.through(async () => new GuardedSession(await backend.open(model, options), door)),
  };
}

/** Milliseconds that a process which ends waits for native code: far more than a call takes. */
const patience = 10_000;
const doors = new Set<NativeDoor>();

/** Keeps this process from ending while somebody is inside, until the door is forgotten. */
export function waitAtExit(door: NativeDoor): void {
  if (doors.size === 0) process.on("exit", shutAll);
  doors.add(door);
}

/** The door's thread has ended. */
export function forgetDoor(door: NativeDoor): void {
  if (doors.delete(door) && doors.size === 0) process.off("exit", shutAll);
}

function shutAll(): void {
  const end = Date.now() + patience;
  const out = [...doors].every((door) => door.shut(Math.max(0, end - Date.now())));
  // Native code that doesn't return, such as a GPU's driver that hangs, can't be ended in order.
  if (!out) process.kill(process.pid, "SIGKILL");
}
