// TensorFlow.js, backend by the first argument: cpu or wasm.
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs";
import * as wasm from "@tensorflow/tfjs-backend-wasm";
import { mnistFloats } from "../lib/latent.mjs";
import { serve } from "../lib/serve.mjs";
import { tfjsStep } from "../web/tfjs-step.mjs";

const backend = process.argv[2] ?? "wasm";
const rows = 10000;

if (backend === "wasm") {
  const folder = path.dirname(
    createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"),
  );
  wasm.setThreadsCount(os.availableParallelism());
  wasm.setWasmPaths(`${path.join(folder, "dist")}${path.sep}`);
}
if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
await tf.ready();

async function step({ batch, latent }) {
  const take = tfjsStep(tf, { batch, latent, rows, images: mnistFloats(rows) });
  const threads = backend === "wasm" ? wasm.getThreadsCount() : 1;
  return {
    async unit() {
      await take();
      return 1;
    },
    info: { tfjs: tf.version.tfjs, backend, threads },
  };
}

serve({ step });
