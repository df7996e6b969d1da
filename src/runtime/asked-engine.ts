import { type Tensor, UserError } from "../tensor/index.js";
import type { Call, Engine } from "./engine.js";
import type { SessionOptions, Tensors } from "./session.js";
import { lentBuffers, type Request, type Response, type Started } from "./worker-protocol.js";

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The way to a worker, of a thread or a page. */
export interface WorkerLine {
  /** Asks; `handOver` are the buffers that are given away rather than copied. */
  send(request: Request, handOver: readonly ArrayBuffer[]): void;
  /** Called when no call is under way any more. */
  rest?(): void;
  /** Ends the worker. */
  terminate(): unknown;
}

/** An engine in a worker: several calls may be under way; the worker carries them out in order. */
export class AskedEngine implements Engine {
  readonly device: string;
  readonly description: string;
  readonly threads: number | null;
  readonly loops: boolean;
  readonly extensions: readonly string[];
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private failure: Error | undefined;

  /** Whoever makes it gives it the worker's answers (`settle`) and its end (`fail`). */
  constructor(
    private readonly line: WorkerLine,
    started: Started,
  ) {
    this.device = started.device;
    this.description = started.description;
    this.threads = started.threads;
    this.loops = started.loops;
    this.extensions = started.extensions;
  }

  open(model: Uint8Array, inputs: readonly string[], options?: SessionOptions): Promise<number> {
    return this.ask("open", [model, inputs, options]) as Promise<number>;
  }

  async put(values: Tensors): Promise<void> {
    await this.ask("put", [values]);
  }

  take(names: readonly string[]): Promise<Record<string, Tensor>> {
    return this.ask("take", [names]) as Promise<Record<string, Tensor>>;
  }

  run(program: number, call: Call): Promise<Record<string, Tensor>> {
    const lent = (call.lend ?? []).map((name) => [name, call.feeds[name] as Tensor] as const);
    const buffers = lentBuffers(Object.fromEntries(lent));
    return this.ask("run", [program, call], buffers) as Promise<Record<string, Tensor>>;
  }

  async release(program: number): Promise<void> {
    await this.ask("release", [program]);
  }

  async close(): Promise<void> {
    if (this.failure !== undefined) return;
    const closed = this.ask("close", []);
    this.failure = new Error("the engine is closed");
    try {
      await closed;
    } finally {
      await this.line.terminate();
    }
  }

  /** The answer to the call under way that it belongs to. */
  settle(response: Response): void {
    const waiting = this.pending.get(response.id);
    this.pending.delete(response.id);
    if (this.pending.size === 0) this.line.rest?.();
    if ("error" in response) {
      waiting?.reject(response.forUser === true ? new UserError(response.error) : new Error(response.error));
    } else waiting?.resolve(response.value);
  }

  /** The worker can't answer any more: calls under way and later ones are refused with the first error. */
  fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }

  private ask(
    method: Request["method"],
    args: readonly unknown[],
    handOver: readonly ArrayBuffer[] = [],
  ): Promise<unknown> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.line.send({ id, method, args }, handOver);
      this.pending.set(id, { resolve, reject });
    });
  }
}
