// A worker thread that owns a model: the main thread stays free while it draws. See from-worker.mjs for the other side.
import { loadModel } from "latent";
import { parentPort, workerData } from "node:worker_threads";

const model = await loadModel(workerData.run);

parentPort.on("message", async ({ id, n, seed, temperature }) => {
  try {
    const { shape, data } = await model.generate(n, { seed, temperature });
    parentPort.postMessage({ id, shape, data }, [data.buffer]); // moved, not copied
  } catch (error) {
    parentPort.postMessage({ id, error: error.message });
  }
});
