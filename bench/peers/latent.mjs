// Latent, as `train` and a trained model use it.
import { convModel } from "../lib/conv-networks.mjs";
import { everything, examplesFor, mnistBytes, product, scattered } from "../lib/latent.mjs";
import { serve } from "../lib/serve.mjs";

const latent = await everything();
const { nodeBackend } = await product("runtime/node.js");
const { startWorkerEngine } = await product("runtime/worker-engine.js");
const { EngineState } = await product("train/engine-state.js");
const { Stepper } = await product("train/stepper.js");

const allRows = 60000;
const millisecondsPerCall = 150; // as src/train/chunk.ts

function modelOf({ network, latent: z }) {
  return network ? convModel(latent, network) : latent.vae({ input: [28, 28], latent: z });
}

async function prepare(engine, { batch, threads, ...request }) {
  const model = modelOf(request);
  const rows = model.dataSize === 784 ? allRows : 2048;
  const optimizer = latent.adam();
  await new EngineState(engine, model, optimizer).put(latent.initialState(model, optimizer, 0).tensors);
  await engine.put({ data: latent.tensor("uint8", [rows, model.dataSize], examplesFor(model, rows)) });
  const options = { objective: latent.elbo(), optimizer, batch, stored: "uint8", datasetSize: rows };
  const stepper = await Stepper.open(engine, model, options, threads && { threads });
  const source = { seed: 0, stride: batch, examples: { data: "data" } };
  let first = 0;
  const call = (steps) => {
    const results = stepper.run(scattered(steps * batch, rows, first * batch), steps, first, source);
    first += steps;
    return results;
  };
  await call(4);
  let perStep = Number.POSITIVE_INFINITY; // the best of three, for the machine may be busy
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await call(8);
    perStep = Math.min(perStep, (performance.now() - start) / 8);
  }
  const steps = Math.max(1, Math.min(200, Math.round(millisecondsPerCall / perStep)));
  return { call, steps };
}

/** Training steps as `train` makes them: engine in a worker thread, noise drawn here, two calls under way. */
async function step(request) {
  const engine = await startWorkerEngine({
    device: "cpu",
    ...(request.threads && { threads: request.threads }),
  });
  const { call, steps } = await prepare(engine, request);
  let results;
  let before;
  return {
    begin() {
      before = engine.worker?.performance.eventLoopUtilization();
    },
    async unit() {
      const calls = 3;
      let pending = call(steps);
      for (let i = 1; i < calls; i++) {
        const next = call(steps);
        results = await pending;
        pending = next;
      }
      results = await pending;
      return calls * steps;
    },
    // The share of the time that the engine's thread had nothing to do, where the engine shows its thread.
    extra() {
      if (before === undefined) return { loss: results.loss.data.at(-1) };
      const now = engine.worker.performance.eventLoopUtilization();
      const { utilization } = engine.worker.performance.eventLoopUtilization(now, before);
      return { starved: 1 - utilization, loss: results.loss.data.at(-1) };
    },
    info: { engine: engine.description, stepsPerCall: steps },
  };
}

function trained({ latent: z }) {
  const model = latent.vae({ input: [28, 28], latent: z });
  const weights = latent.initialState(model, latent.adam(), 0).tensors;
  return new latent.TrainedVae(model, weights, () => nodeBackend());
}

async function generate(request) {
  const model = trained(request);
  let seed = 0;
  const into = new Float32Array(784 * request.n); // as PyTorch's memory, which comes back to it when a tensor is freed
  return {
    async unit() {
      await model.generate(request.n, { seed: seed++, into });
      return request.n;
    },
  };
}

async function encode(request) {
  const model = trained(request);
  const images = latent.tensor("uint8", [request.n, 28, 28], mnistBytes().subarray(0, request.n * 784));
  return {
    async unit() {
      await model.encode(images);
      return request.n;
    },
  };
}

/** The limit: one large product of float32 matrices by the same engine; a unit is one product. */
async function product2({ size }) {
  const backend = await nodeBackend("cpu");
  const matrix = (name) => latent.input(name, "float32", [size, size]);
  const graph = latent.compile({ c: matrix("a").matmul(matrix("b")) });
  const session = await backend.open(graph.bytes);
  const values = () =>
    latent.tensor("float32", [size, size], Float32Array.from({ length: size * size }, Math.random));
  const [a, b, c] = [values(), values(), values()];
  return {
    async unit() {
      await session.run({ a, b }, ["c"], { c });
      return 1;
    },
  };
}

serve({ step, generate, encode, product: product2 });
