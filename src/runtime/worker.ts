import { parentPort, workerData } from "node:worker_threads";
import { answer, startedOf } from "./answer.js";
import { LocalEngine } from "./engine.js";
import { messageOf } from "./failure.js";
import { guardedBackend, NativeDoor } from "./native-door.js";
import { nodeBackend, sharingBackend } from "./node.js";
import type { Backend } from "./session.js";
import { tinyModel } from "./tiny-model.js";
import { wasmBackend } from "./wasm.js";
import type { Hello, Request, WorkerData, WorkerOptions } from "./worker-protocol.js";

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread only");

function openBackend({ device, threads, polite }: WorkerOptions): Promise<Backend> {
  if (device === "wasm") return wasmBackend(threads === undefined ? {} : { threads });
  return polite === true && device === "cpu" ? sharingBackend(threads) : nodeBackend(device, threads);
}

/** Opens a model of one operator: what the engine does once, for its first session, is done while others read data. */
async function warmUp(engine: LocalEngine): Promise<void> {
  await engine.release(await engine.open(tinyModel(), ["x"]));
}

const { options, door: memory } = workerData as WorkerData;
const door = new NativeDoor(memory);

try {
  const backend = await openBackend(options).finally(() => door.leave());
  const engine = new LocalEngine(guardedBackend(backend, door));
  port.postMessage(startedOf(engine) satisfies Hello);
  port.on(
    "message",
    (request: Request) =>
      void answer(engine, request, (response, transfer) => port.postMessage(response, transfer)),
  );
  // What the first model's opening would fail with, it will be told.
  await warmUp(engine).catch(() => undefined);
} catch (error) {
  port.postMessage({ failure: messageOf(error) } satisfies Hello);
}
