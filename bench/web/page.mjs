// Runs in the browser: competitors side by side in one page, driven from outside through `window.bench`.
import * as jax from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs";
import * as wasm from "@tensorflow/tfjs-backend-wasm";
import * as latent from "latent-under-test";
import { jaxStep } from "./jax-step.mjs";
import { tfjsStep } from "./tfjs-step.mjs";

const rows = 10000;
let bytes;

async function images() {
  bytes ??= new Uint8Array(await (await fetch("/mnist")).arrayBuffer()).subarray(0, rows * 784);
  return bytes;
}

const asFloats = (values) => Float32Array.from(values, (value) => value / 255);

const setups = {
  async latent({ batch, latent: z, threads }) {
    const engine = new latent.LocalEngine(await latent.wasmBackend({ threads, wasmPaths: "/ort/" }));
    const model = latent.vae({ input: [28, 28], latent: z });
    const optimizer = latent.adam();
    await new latent.EngineState(engine, model, { optimizer }).put(
      latent.initialState(model, { optimizer }, 0).tensors,
    );
    await engine.put({ data: latent.tensor("uint8", [rows, 784], await images()) });
    const stepper = await latent.Stepper.open(engine, model, {
      objective: latent.elbo(),
      optimizer,
      batch,
      stored: "uint8",
      datasetSize: rows,
    });
    let first = 0;
    const call = (steps) => {
      const indices = Int32Array.from(
        { length: steps * batch },
        (_, i) => ((first * batch + i) * 7919) % rows,
      );
      const results = stepper.run(indices, steps, first, { seed: 0, stride: batch, examples: { data: "data" } });
      first += steps;
      return results;
    };
    await call(2);
    const steps = 10;
    return {
      info: engine.description,
      async unit() {
        const { loss } = await call(steps);
        return { done: steps, loss: loss.data.at(-1) };
      },
    };
  },
  async "tfjs-wasm"({ batch, latent: z, threads }) {
    wasm.setWasmPaths("/tfjs/");
    wasm.setThreadsCount(threads);
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", threads > 1 && crossOriginIsolated);
    await tf.setBackend("wasm");
    await tf.ready();
    const take = tfjsStep(tf, { batch, latent: z, rows, images: asFloats(await images()) });
    return {
      info: `TensorFlow.js ${tf.version.tfjs}, ${threads > 1 ? wasm.getThreadsCount() : 1} threads`,
      unit: async () => ({ done: 1, loss: await take() }),
    };
  },
  async jax({ batch, latent: z }) {
    await jax.init("wasm");
    jax.defaultDevice("wasm");
    const take = jaxStep(jax, { batch, latent: z, rows, images: asFloats(await images()) });
    return { info: "jax-js, all threads", unit: async () => ({ done: 1, loss: await take() }) };
  },
};

const ready = {};

window.bench = {
  isolated: crossOriginIsolated,
  async setup(name, request) {
    const work = await setups[name](request);
    await work.unit();
    const start = performance.now();
    await work.unit();
    const repeat = Math.max(1, Math.round(400 / (performance.now() - start)));
    ready[name] = { work, repeat };
    return work.info;
  },
  async sample(name) {
    const { work, repeat } = ready[name];
    const start = performance.now();
    let done = 0;
    let loss = Number.NaN;
    for (let i = 0; i < repeat; i++) {
      const result = await work.unit();
      done += result.done;
      loss = result.loss;
    }
    return { value: (performance.now() - start) / done, loss };
  },
};
