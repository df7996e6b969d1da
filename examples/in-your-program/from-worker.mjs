// Asks a model in a worker thread for examples.
import { Worker } from "node:worker_threads";

/** A generator in a thread of its own: `draw({ n, seed, temperature })` gives `{ shape, data }`; `close()` ends it. */
export function startGenerator(run) {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: { run } });
  const waiting = new Map();
  let next = 0;
  let dead;
  const settle = (id, act) => {
    act(waiting.get(id));
    waiting.delete(id);
  };
  worker.on("message", ({ id, error, ...result }) =>
    settle(id, ({ resolve, reject }) => (error === undefined ? resolve(result) : reject(new Error(error)))),
  );
  worker.on("error", (error) => {
    dead = error;
    for (const id of waiting.keys()) settle(id, ({ reject }) => reject(error));
  });
  return {
    draw({ n, seed = 0, temperature = 1 }) {
      if (dead !== undefined) return Promise.reject(dead);
      return new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, n, seed, temperature });
      });
    },
    close: () => worker.terminate(),
  };
}
