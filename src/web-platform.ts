import type { LoadFilesOptions } from "./model/load-files.js";
import { type Backend, type Engine, LocalEngine } from "./runtime/index.js";
import { webBackend, type WebDevice, type WebEngineOptions } from "./runtime/web-backend.js";
import { NoWorker, startWebWorkerEngine, type WebWorkerOptions } from "./runtime/web-worker-engine.js";
import { be, type ChecksOf, optionEntries, requireOptions } from "./tensor/index.js";
import type { Platform } from "./train/portable.js";

/** Where a browser computes. */
export interface WebOptions extends WebWorkerOptions {
  /**
   * `worker`: in a Web Worker, so that the page stays alive; `page`: in the thread that calls. Default: a worker, but the
   * page where there are no workers or the worker's script can't be loaded; the engine's description then says why.
   */
  readonly thread?: "worker" | "page";
}

export const engineChecks = {
  device: be.oneOf(["auto", "webgpu", "wasm"] satisfies WebDevice[]),
  threads: be.whole(1, 1024),
  wasmPaths: be.text,
} as const satisfies ChecksOf<WebEngineOptions>;

/** What models that browsers load are told. */
export const loadChecks = {
  ...engineChecks,
  definition: be.having(["input", "bind"], "a model, such as vae({ input: [28, 28] })"),
  families: be.callable,
} as const satisfies ChecksOf<LoadFilesOptions & WebEngineOptions>;

const webChecks = {
  ...engineChecks,
  thread: be.oneOf(["worker", "page"]),
  worker: {
    expected: "the address of a script, or a function that makes a Worker",
    ok: (value) => typeof value === "string" || value instanceof URL || typeof value === "function",
  },
} as const satisfies ChecksOf<WebOptions>;

/** What says where a browser computes, checked, and the other options of `where`. */
export function placeAndRest<O extends object>(
  where: string,
  options: WebOptions & O,
): readonly [place: WebOptions, rest: O] {
  const entries = optionEntries(where, options);
  const isPlace = ([name]: (typeof entries)[number]): boolean => Object.hasOwn(webChecks, name);
  const place = Object.fromEntries(entries.filter(isPlace)) as WebOptions;
  requireOptions(where, place, webChecks);
  return [place, Object.fromEntries(entries.filter((entry) => !isPlace(entry))) as O];
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
  requireOptions("startWebEngine", options, webChecks);
  const { thread, worker } = options;
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
  requireOptions("webPlatform", options, webChecks);
  return {
    startEngine: (device, threads) =>
      startWebEngine({ ...options, device: device as WebDevice, ...(threads !== undefined && { threads }) }),
    openBackend: () => openWebBackend(options),
  };
}
