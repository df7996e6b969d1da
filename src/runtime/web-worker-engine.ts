import { type Tensor, UserError } from "../tensor/index.js";
import type { Call, Engine } from "./engine.js";
import type { SessionOptions, Tensors } from "./session.js";
import { type Hello, lentBuffers, type Request, type Response } from "./worker-protocol.js";
import type { WebEngineOptions } from "./web-backend.js";

/** What is used of a browser's `Worker`. */
export interface WebWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: never) => void): void;
  terminate(): void;
}

/** How an engine in a Web Worker is started. */
export interface WebWorkerOptions extends WebEngineOptions {
  /**
   * The worker, or where its script is. Default: `latent/web-worker` as a module beside this one, which Vite, webpack and
   * others find and bundle by themselves. For esbuild give the address of a bundle of `latent/web-worker`.
   */
  readonly worker?: string | URL | (() => WebWorker);
}

declare const Worker: (new (url: string | URL, options: { type: "module" }) => WebWorker) | undefined;

/** A worker's script could not be loaded: nothing is wrong with the engine itself. */
export class NoWorker extends Error {}

function start(worker: WebWorkerOptions["worker"]): WebWorker {
  if (typeof worker === "function") return worker();
  if (typeof Worker === "undefined") throw new NoWorker("there are no Web Workers here");
  if (worker !== undefined) return new Worker(worker, { type: "module" });
  // Bundlers look for exactly this form.
  return new Worker(new URL("./web-worker.js", import.meta.url), { type: "module" });
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** An engine in a Web Worker; calls are carried out there in the order in which they were made. */
class WebWorkerEngine implements Engine {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private failure: Error | undefined;

  constructor(
    private readonly worker: WebWorker,
    readonly device: string,
    readonly description: string,
    readonly threads: number | null,
    readonly loops: boolean,
    readonly extensions: readonly string[],
  ) {
    worker.addEventListener("message", ({ data }: { data: Response }) => this.settle(data));
    const ended = (event: { message?: string }): void =>
      this.fail(new Error(`the engine's worker failed: ${event.message ?? "its messages can't be read"}`));
    worker.addEventListener("error", ended);
    worker.addEventListener("messageerror", ended);
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
      this.worker.terminate();
    }
  }

  private ask(
    method: Request["method"],
    args: readonly unknown[],
    handOver: ArrayBuffer[] = [],
  ): Promise<unknown> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.worker.postMessage({ id, method, args } satisfies Request, handOver);
      this.pending.set(id, { resolve, reject });
    });
  }

  private settle(response: Response): void {
    const waiting = this.pending.get(response.id);
    this.pending.delete(response.id);
    if ("error" in response) waiting?.reject(new Error(response.error));
    else waiting?.resolve(response.value);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
    this.worker.terminate();
  }
}

function firstMessage(worker: WebWorker): Promise<Hello> {
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }: { data: Hello }) => resolve(data));
    worker.addEventListener("error", ({ message }: { message?: string }) =>
      reject(new NoWorker(`the worker's script could not be loaded${message ? ` (${message})` : ""}`)),
    );
  });
}

/**
 * Starts an engine in a Web Worker, so that the page stays alive while it computes. Throws `NoWorker` where there are no
 * workers or the script can't be loaded, a UserError if the engine does not start.
 */
export async function startWebWorkerEngine(options: WebWorkerOptions = {}): Promise<Engine> {
  const { worker: script, ...engine } = options;
  const worker = start(script);
  try {
    const greeting = firstMessage(worker);
    worker.postMessage(engine, []);
    const hello = await greeting;
    if ("failure" in hello) throw new UserError(hello.failure);
    return new WebWorkerEngine(
      worker,
      hello.device,
      hello.description,
      hello.threads,
      hello.loops,
      hello.extensions,
    );
  } catch (error) {
    worker.terminate();
    throw error;
  }
}
