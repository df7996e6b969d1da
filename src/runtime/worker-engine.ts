import { Worker } from "node:worker_threads";
import { AskedEngine } from "./asked-engine.js";
import type { Engine } from "./engine.js";
import { engineError } from "./failure.js";
import { forgetDoor, NativeDoor, waitAtExit } from "./native-door.js";
import { workerUrl } from "./worker-url.js";
import type { Hello, Response, Started, WorkerData, WorkerOptions } from "./worker-protocol.js";

/** Only a call under way keeps the process from ending. */
function engineOf(worker: Worker, started: Started): Engine {
  const engine = new AskedEngine(
    {
      send: (request, handOver) => {
        worker.postMessage(request, handOver);
        worker.ref();
      },
      rest: () => worker.unref(),
      terminate: () => worker.terminate(),
    },
    started,
  );
  worker.on("message", (response: Response) => engine.settle(response));
  worker.on("error", (error) => {
    const told = engineError(error);
    engine.fail(told instanceof Error ? told : new Error(String(told)));
  });
  worker.on("messageerror", (error) => engine.fail(error));
  worker.on("exit", (code) => engine.fail(new Error(`the engine's worker thread ended with code ${code}`)));
  worker.unref();
  return engine;
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

/**
 * Starts an engine in a worker thread, so that the caller's stays free while ONNX Runtime, whose `run` blocks, computes.
 * Throws if the device can't be used.
 */
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
  return engineOf(worker, hello);
}
