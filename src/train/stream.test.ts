import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Dataset, encodeIdx, encodeNpy, loadFolder } from "../data/index.js";
import { normal } from "../distributions/index.js";
import { evaluateModelIn } from "../evaluate/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { startWorkerEngine } from "../runtime/worker-engine.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { type TrainOptions, trainOn } from "../runs/index.js";
import type { Platform, Run } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

const folders: string[] = [];
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

function folder(files: Readonly<Record<string, Uint8Array>> = {}): string {
  const made = mkdtempSync(path.join(os.tmpdir(), "latent-stream-"));
  folders.push(made);
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(made, name), content);
  return made;
}

function uniform(n: number, seed: number): Float32Array {
  return new RandomStream(seed, "stream").uniform(new Float32Array(n * 25), 0);
}

function bytes(n: number, seed: number): Tensor<"uint8"> {
  return tensor(
    "uint8",
    [n, 5, 5],
    Uint8Array.from(uniform(n, seed), (u) => u * 256),
  );
}

const idx = {
  "train-images-idx3-ubyte": encodeIdx(bytes(333, 1)),
  "train-labels-idx1-ubyte": encodeIdx(
    tensor(
      "uint8",
      [333],
      new Uint8Array(333).map((_, i) => i % 3),
    ),
  ),
  "t10k-images-idx3-ubyte": encodeIdx(bytes(70, 2)),
  "t10k-labels-idx1-ubyte": encodeIdx(
    tensor(
      "uint8",
      [70],
      new Uint8Array(70).map((_, i) => i % 3),
    ),
  ),
};

const model = vae({ input: [5, 5], latent: 3, hidden: [12, 8] });

function run(data: Dataset, options: TrainOptions = {}, of = model): Promise<Run> {
  return trainOn(platform, of, data, { epochs: 3, batchSize: 32, seed: 5, ...options });
}

function same(a: Run, b: Run): void {
  for (const [name, { data }] of Object.entries(a.model.weights)) {
    const [left, right] = [data, b.model.weights[name]?.data].map((part) =>
      Buffer.from(part?.buffer as ArrayBuffer, part?.byteOffset, part?.byteLength),
    );
    expect(left?.equals(right as Buffer), name).toBe(true);
  }
  expect(b.history).toEqual(a.history);
}

async function both(files: Readonly<Record<string, Uint8Array>>): Promise<[Dataset, Dataset]> {
  const made = folder(files);
  return [await loadFolder(made, { memory: Infinity }), await loadFolder(made, { memory: 0 })];
}

describe("streamed training gives the weights and figures of training in memory, bit for bit", () => {
  it.each<[string, TrainOptions]>([
    ["bytes, with a smaller last batch", {}],
    ["a batch larger than the data", { batchSize: 1000 }],
    ["a validation part", { validation: 0.3 }],
    ["dynamic binarisation", { binarize: "dynamic" }],
    ["static binarisation and a validation part", { binarize: "static", validation: 50 }],
    ["threshold", { binarize: "threshold" }],
    ["blocks in random order", { shuffle: "blocks" }],
  ])("%s", async (_, options) => {
    const [whole, streamed] = await both(idx);
    same(await run(whole, options), await run(streamed, options));
  });

  it("normalised floats out of a NumPy file", async () => {
    const normalised = uniform(200, 3).map((u) => (u - 0.5) * 3.4);
    const value = tensor("float32", [200, 25], normalised);
    const [whole, streamed] = await both({ "train.npy": encodeNpy(value) });
    const gaussian = vae({ input: [25], latent: 2, hidden: [8], likelihood: normal({ scale: 0.5 }) });
    same(await run(whole, {}, gaussian), await run(streamed, {}, gaussian));
  });

  it("in a worker thread, to which the examples are lent", async () => {
    const [whole, streamed] = await both(idx);
    const engine = await startWorkerEngine({ device: "cpu", threads: 1 });
    const options = { engine, epochs: 6 };
    const runs = [await run(whole, options), await run(streamed, options)] as const;
    await engine.close();
    same(...runs);
  });

  it.each(["full", "blocks"] as const)("stopped inside an epoch and resumed, order %s", async (shuffle) => {
    const [whole, streamed] = await both({
      ...idx,
      "train-images-idx3-ubyte": encodeIdx(bytes(3000, 1)),
      "train-labels-idx1-ubyte": encodeIdx(tensor("uint8", [3000])),
    });
    const options = { batchSize: 8, epochs: 2, shuffle };
    const straight = await run(whole, options);
    const out = path.join(folder(), "run");
    const stop = new AbortController();
    const first = await run(streamed, {
      ...options,
      out,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === "progress") stop.abort();
      },
    });
    expect(first.finished).toBe(false);
    expect(first.history).toEqual([]);
    const resumed = await run(streamed, { ...options, out, resume: true });
    expect(resumed.finished).toBe(true);
    same(straight, resumed);
  });
});

it("evaluation of a streamed split gives the figures of one in memory, latent use and likelihood too", async () => {
  const [whole, streamed] = await both(idx);
  const trained = (await run(whole, { epochs: 1 })).model;
  for (const split of ["test", "train"] as const) {
    const found = await Promise.all(
      [whole, streamed].map(async (data) => {
        const engine = new LocalEngine(await nodeBackend("cpu", 1));
        const evaluation = await evaluateModelIn(engine, trained, data, {
          split,
          batchSize: 16,
          latentUse: true,
          logLikelihood: { samples: 6, examples: 30 },
        });
        await engine.close();
        return evaluation;
      }),
    );
    expect(found[1]).toEqual(found[0]);
    expect(found[0]?.latentUse?.neighbourAccuracy === null).toBe(split === "train");
  }
});

describe("what goes wrong with the file", () => {
  it("a file cut off while training is named, with the bytes it had and has", async () => {
    const made = folder(idx);
    const data = await loadFolder(made, { memory: 0 });
    const file = path.join(made, "train-images-idx3-ubyte");
    const training = run(data, {
      epochs: 1000,
      onEvent: (event) => {
        if (event.type === "epoch" && event.epoch === 2) truncateSync(file, 4000);
      },
    });
    await expect(training).rejects.toThrow(
      `${file} was cut off while it was in use: it had ${16 + 333 * 25} bytes, now it has 4000.`,
    );
  });

  it("examples outside the likelihood's support are found before training, and which", async () => {
    const value = tensor("float32", [200_000, 25]);
    value.data[199_999 * 25 + 3] = 1.5;
    const made = folder({ "train.npy": encodeNpy(value), "test.npy": encodeNpy(tensor("float32", [3, 25])) });
    const flat = vae({ input: [25], latent: 2, hidden: [8] });
    const data = await loadFolder(made, { memory: 0 });
    await expect(run(data, {}, flat)).rejects.toThrow(
      /\(train\) does not fit the likelihood bernoulli: example \d+: number \d+ is 1.5; expected numbers from 0 to 1/,
    );
    await expect(run(data, { binarize: "static" }, flat)).rejects.toThrow(
      `can't be binarised: number ${199_999 * 25 + 3} is 1.5, not a grey level in 0..1`,
    );
  });
});
