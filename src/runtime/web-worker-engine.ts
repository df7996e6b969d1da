import { UserError } from "../tensor/index.js";
import { AskedEngine } from "./asked-engine.js";
import type { Engine } from "./engine.js";
import { workerLost } from "./failure.js";
import type { WebEngineOptions } from "./web-backend.js";
import { whenEnded } from "./worker-life.js";
import type { Hello, Response, Started } from "./worker-protocol.js";

/** What is used of a browser's `Worker`. */
export interface WebWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: unknown) => void): void;
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

function engineOf(worker: WebWorker, started: Started): Engine {
  const engine = new AskedEngine(
    {
      send: (request, handOver) => worker.postMessage(request, [...handOver]),
      terminate: () => worker.terminate(),
    },
    started,
  );
  worker.addEventListener("message", (event) => engine.settle((event as { data: Response }).data));
  const ended = (event: unknown): void => {
    engine.fail(workerLost((event as { message?: string }).message ?? "its messages can't be read"));
    worker.terminate();
  };
  if (started.life !== undefined)
    whenEnded(started.life, () => engine.fail(workerLost("something ended it")));
  worker.addEventListener("error", ended);
  worker.addEventListener("messageerror", ended);
  return engine;
}

function firstMessage(worker: WebWorker): Promise<Hello> {
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", (event) => resolve((event as { data: Hello }).data));
    worker.addEventListener("error", (event) => {
      const { message } = event as { message?: string };
      reject(new NoWorker(`the worker's script could not be loaded${message ? ` (${message})` : ""}`));
    });
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
    return engineOf(worker, hello);
  } catch (error) {
    worker.terminate();
    throw error;
  }
}
