import { Worker } from "node:worker_threads";
import type { Tensor } from "../tensor/index.js";
import type { Call, Engine } from "./engine.js";
import { forgetDoor, NativeDoor, waitAtExit } from "./native-door.js";
import { workerUrl } from "./worker-url.js";
import type { SessionOptions, Tensors } from "./session.js";
import {
  type Hello,
  lentBuffers,
  type Request,
  type Response,
  type WorkerData,
  type WorkerOptions,
} from "./worker-protocol.js";

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * An engine in a thread of its own, so that the caller's thread stays free while ONNX Runtime, whose `run`
 * blocks, computes. Several calls may be under way; the worker carries them out in order.
 */
class WorkerEngine implements Engine {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private failure: Error | undefined;

  constructor(
    private readonly worker: Worker,
    readonly device: string,
    readonly description: string,
    readonly threads: number | null,
    readonly loops: boolean,
    readonly extensions: readonly string[],
  ) {
    worker.on("message", (response: Response) => this.settle(response));
    worker.on("error", (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    worker.on("messageerror", (error) => this.fail(error));
    worker.on("exit", (code) => this.fail(new Error(`the engine's worker thread ended with code ${code}`)));
    worker.unref();
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
      await this.worker.terminate();
    }
  }

  private ask(
    method: Request["method"],
    args: readonly unknown[],
    handOver: readonly ArrayBuffer[] = [],
  ): Promise<unknown> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.worker.postMessage({ id, method, args } satisfies Request, handOver);
      this.pending.set(id, { resolve, reject });
      // Only a call under way keeps the process from ending.
      this.worker.ref();
    });
  }

  private settle(response: Response): void {
    const waiting = this.pending.get(response.id);
    this.pending.delete(response.id);
    if (this.pending.size === 0) this.worker.unref();
    if ("error" in response) waiting?.reject(new Error(response.error));
    else waiting?.resolve(response.value);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

function firstMessage(worker: Worker): Promise<Hello> {
  return new Promise((resolve, reject) => {
    const ended = (code: number): void =>
      reject(new Error(`the engine's worker thread ended with code ${code}`));
    worker.once("error", reject);
    worker.once("exit", ended);
    worker.once("message", (hello: Hello) => {
      worker.off("error", reject);
      worker.off("exit", ended);
      resolve(hello);
    });
  });
}

/** Starts an engine in a worker thread. Throws if the device can't be used. */
export async function startWorkerEngine(options: WorkerOptions): Promise<Engine> {
  const door = new NativeDoor();
  const worker = new Worker(workerUrl(), {
    workerData: { options, door: door.memory } satisfies WorkerData,
  });
  waitAtExit(door);
  worker.once("exit", () => forgetDoor(door));
  const hello = await firstMessage(worker);
  if ("failure" in hello) {
    await worker.terminate();
    throw new Error(hello.failure);
  }
  return new WorkerEngine(
    worker,
    hello.device,
    hello.description,
    hello.threads,
    hello.loops,
    hello.extensions,
  );
}
