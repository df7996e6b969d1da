/*
 * Runs as a Web Worker: an engine that is asked by messages. Its first message says what it is to run on.
 */
import type { Tensor } from "../tensor/index.js";
import { type Call, LocalEngine } from "./engine.js";
import { webBackend, type WebEngineOptions } from "./web-backend.js";
import { type Hello, lentBuffers, type Request, type Response, transferables } from "./worker-protocol.js";

interface Scope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

const scope = globalThis as unknown as Scope;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Results of these methods are fresh tensors that nobody else holds, so their buffers are handed over. */
const handsOver = new Set(["take", "run"]);

async function answer(engine: LocalEngine, { id, method, args }: Request): Promise<void> {
  let response: Response;
  try {
    const call = engine[method] as (...args: readonly unknown[]) => Promise<unknown>;
    response = { id, value: await call.apply(engine, args as unknown[]) };
  } catch (error) {
    response = { id, error: messageOf(error) };
  }
  const value = "value" in response && handsOver.has(method) ? response.value : undefined;
  const tensors = (value ?? {}) as Record<string, Tensor>;
  const lent = method === "run" ? ((args[1] as Call).lend ?? []) : [];
  const back = lentBuffers(
    Object.fromEntries(lent.flatMap((name) => (tensors[name] ? [[name, tensors[name]]] : []))),
  );
  scope.postMessage(response, [...new Set([...transferables(tensors), ...back])]);
}

async function begin(options: WebEngineOptions): Promise<void> {
  try {
    const engine = new LocalEngine(await webBackend(options));
    scope.onmessage = ({ data }) => void answer(engine, data as Request);
    const { device, description, threads, loops, extensions } = engine;
    scope.postMessage({ device, description, threads, loops, extensions } satisfies Hello, []);
  } catch (error) {
    scope.postMessage({ failure: messageOf(error) } satisfies Hello, []);
  }
}

scope.onmessage = ({ data }) => void begin(data as WebEngineOptions);
