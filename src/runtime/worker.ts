import { parentPort, workerData } from "node:worker_threads";
import type { Tensor } from "../tensor/index.js";
import { type Call, LocalEngine } from "./engine.js";
import { guardedBackend, NativeDoor } from "./native-door.js";
import { nodeBackend, sharingBackend } from "./node.js";
import type { Backend } from "./session.js";
import { wasmBackend } from "./wasm.js";
import {
  type Hello,
  lentBuffers,
  type Request,
  type Response,
  transferables,
  type WorkerData,
  type WorkerOptions,
} from "./worker-protocol.js";

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread only");

function openBackend({ device, threads, polite }: WorkerOptions): Promise<Backend> {
  if (device === "wasm") return wasmBackend(threads === undefined ? {} : { threads });
  return polite === true && device === "cpu" ? sharingBackend(threads) : nodeBackend(device, threads);
}

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
  port?.postMessage(response, [...new Set([...transferables(tensors), ...back])]);
}

/** y = -x of one number, as ONNX. */
const tinyModel =
  "CAkSBmxhdGVudDo7ChQKAXgSAXkaBU5lZ18wIgNOZWc6ABIBd1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBQ=";

/** Opens a model of one operator: what the engine does once, for its first session, is done while others read data. */
async function warmUp(engine: LocalEngine): Promise<void> {
  await engine.release(await engine.open(Buffer.from(tinyModel, "base64"), ["x"]));
}

const { options, door: memory } = workerData as WorkerData;
const door = new NativeDoor(memory);

try {
  const backend = await openBackend(options).finally(() => door.leave());
  const engine = new LocalEngine(guardedBackend(backend, door));
  const { device, description, threads, loops, extensions } = engine;
  port.postMessage({ device, description, threads, loops, extensions } satisfies Hello);
  port.on("message", (request: Request) => void answer(engine, request));
  // What the first model's opening would fail with, it will be told.
  await warmUp(engine).catch(() => undefined);
} catch (error) {
  port.postMessage({ failure: messageOf(error) } satisfies Hello);
}
