// Trains on a folder of idx files until so many steps are done; prints seconds to load, ms a step, peak memory.
import { readFileSync } from "node:fs";
import { product } from "../lib/latent.mjs";

const {
  folder,
  batch = 128,
  latent = 2,
  k,
  steps = 300,
  memory,
  shuffle = "full",
} = JSON.parse(process.argv[2]);
const { datasets, elbo, iwae, train, vae } = await product("index.js");

const start = performance.now();
const data = await datasets.folder(folder, memory === undefined ? {} : { memory });
const loadSeconds = (performance.now() - start) / 1000;

const stop = new AbortController();
let speed = 0;
let done = 0;
await train(vae({ input: data.shape, latent }), data, {
  epochs: 1_000_000,
  batchSize: batch,
  objective: k === undefined ? elbo() : iwae({ k }),
  shuffle,
  signal: stop.signal,
  onEvent(event) {
    if (event.type !== "progress" && event.type !== "epoch") return;
    speed = event.examplesPerSecond;
    const { epoch, step, stepsPerEpoch } = event.position ?? {
      epoch: event.epoch + 1,
      step: 0,
      stepsPerEpoch: 0,
    };
    done = Math.max(done, (epoch - 1) * stepsPerEpoch + step);
    if (done >= steps) stop.abort();
  },
});
const peakMb = (() => {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
})();
console.log(
  JSON.stringify({
    loadSeconds,
    millisecondsPerStep: (1000 * batch) / speed,
    peakMb,
    rows: data.train.length,
    streamed: data.train.source !== undefined,
  }),
);
