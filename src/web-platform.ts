import { type Backend, type Engine, LocalEngine } from "./runtime/index.js";
import { webBackend, type WebDevice, type WebEngineOptions } from "./runtime/web-backend.js";
import { NoWorker, startWebWorkerEngine, type WebWorkerOptions } from "./runtime/web-worker-engine.js";
import { UserError } from "./tensor/index.js";
import type { Platform } from "./train/portable.js";

/** Where a browser computes. */
export interface WebOptions extends WebWorkerOptions {
  /**
   * `worker`: in a Web Worker, so that the page stays alive; `page`: in the thread that calls. Default: a worker, but the
   * page where there are no workers or the worker's script can't be loaded; the engine's description then says why.
   */
  readonly thread?: "worker" | "page";
}

/** What a browser's trained models run on, in the thread that calls. */
export function openWebBackend({ device, threads, wasmPaths }: WebEngineOptions = {}): Promise<Backend> {
  return webBackend(engineOptions({ device, threads, wasmPaths }));
}

function engineOptions(
  options: { readonly [K in keyof WebEngineOptions]: WebEngineOptions[K] | undefined },
): WebEngineOptions {
  const { device, threads, wasmPaths } = options;
  return {
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
    ...(wasmPaths !== undefined && { wasmPaths }),
  };
}

async function startPageEngine(options: WebOptions, why?: string): Promise<Engine> {
  const backend = await openWebBackend(options);
  const description =
    why === undefined ? backend.description : `${backend.description}; in the page's own thread: ${why}`;
  return new LocalEngine({ ...backend, description });
}

/** Starts the engine of a browser. Throws a UserError if it can't be, and a worker's failure if only a worker will do. */
export async function startWebEngine(options: WebOptions = {}): Promise<Engine> {
  const { thread, worker } = options;
  if (thread !== undefined && thread !== "worker" && thread !== "page") {
    throw new UserError(`thread must be worker or page, got ${String(thread)}`, 2);
  }
  if (thread === "page") return startPageEngine(options);
  try {
    return await startWebWorkerEngine({ ...engineOptions(options), ...(worker !== undefined && { worker }) });
  } catch (error) {
    if (thread === "worker" || !(error instanceof NoWorker)) throw error;
    return startPageEngine(options, error.message);
  }
}

/** How a browser trains and runs models, as functions that take a `Platform` want it. */
export function webPlatform(options: WebOptions = {}): Platform {
  return {
    startEngine: (device, threads) =>
      startWebEngine({ ...options, device: device as WebDevice, ...(threads !== undefined && { threads }) }),
    openBackend: () => openWebBackend(options),
  };
}
