import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Dataset, fromArrays } from "../data/index.js";
import { evaluateModelIn } from "../evaluate/index.js";
import { ExampleBatch, type Vae, vae } from "../model/index.js";
import { mlp } from "../nn/index.js";
import { decodePng } from "../plot/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream } from "../tensor/index.js";
import { scratchFolder } from "../testing/run-cli.js";
import type { Platform, Run } from "../train/index.js";
import { loadModelOn, type TrainOptions, trainOn } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const model = vae({ input: [4, 4], hidden: [8] });
const flat = Uint8Array.from(
  new RandomStream(1, "data").uniform(new Float32Array(160 * 16), 0),
  (u) => 255 * u,
);
const data: Dataset = fromArrays({
  shape: [4, 4],
  train: flat.subarray(0, 120 * 16),
  test: flat.subarray(120 * 16),
});

function run(options: TrainOptions, definition: Vae = model): Promise<Run> {
  return trainOn(platform, definition, data, { batchSize: 32, epochs: 1, ...options });
}

let trained: Run;
beforeAll(async () => {
  trained = await run({ out: at("run"), epochs: 2 });
});
afterAll(scratch.remove);

describe("loading", () => {
  beforeEach(async () => {
    rmSync(at("copy"), { recursive: true, force: true });
    await run({ out: at("copy"), epochs: 2 });
  });

  test("gives the model of a run's folder and of its model folder", async () => {
    for (const folder of [at("copy"), at("copy", "model")]) {
      const loaded = await loadModelOn(platform, folder);
      expect(loaded.weights).toEqual(trained.model.weights);
      expect(await loaded.generate(3)).toEqual(await trained.model.generate(3));
    }
  });

  test("gives the last checkpoint of a run that has not ended, the best if the last is gone, or the one asked for", async () => {
    rmSync(at("copy", "model", "model.json"));
    expect((await loadModelOn(platform, at("copy"))).weights).toEqual(trained.model.weights);
    const best = at("copy", "checkpoint", "best.safetensors");
    const last = at("copy", "checkpoint", "last.safetensors");
    writeFileSync(best, readFileSync(last));
    rmSync(last);
    expect((await loadModelOn(platform, at("copy"))).weights).toEqual(trained.model.weights);
    await expect(loadModelOn(platform, at("copy"), { checkpoint: "last" })).rejects.toThrow(/has not saved/);
    expect((await loadModelOn(platform, at("copy"), { checkpoint: "best" })).weights).toEqual(
      trained.model.weights,
    );
  });

  test("takes networks of one's own from the definition", async () => {
    const encoder = { ...mlp([5]), name: "mine" };
    const own = vae({ input: [4, 4], encoder, decoder: mlp([5]) });
    rmSync(at("copy"), { recursive: true });
    const { model: before } = await run({ out: at("copy") }, own);
    await expect(loadModelOn(platform, at("copy"))).rejects.toThrow(
      /network "mine", which is not known here/,
    );
    expect((await loadModelOn(platform, at("copy"), { definition: own })).weights).toEqual(before.weights);
    await expect(loadModelOn(platform, at("copy"), { definition: model })).rejects.toThrow(
      /encoder\.0\.weight/,
    );
  });

  test("names what is missing", async () => {
    await expect(loadModelOn(platform, at("nowhere"))).rejects.toThrow(/nowhere: it does not exist/);
    await expect(loadModelOn(platform, at("copy", "config.json"))).rejects.toThrow(/is a file/);
    rmSync(at("copy", "model", "weights.safetensors"));
    await expect(loadModelOn(platform, at("copy"))).rejects.toThrow(/weights\.safetensors is missing/);
  });
});

test("a loaded model evaluates to the figures of training, with more terms if asked", async () => {
  const engine = await platform.startEngine("cpu", 1);
  const loaded = await loadModelOn(platform, at("run"));
  expect(await evaluateModelIn(engine, loaded, data)).toEqual(trained.evaluation);
  const train = await evaluateModelIn(engine, loaded, data, { split: "train", batchSize: 7 });
  expect(train).toMatchObject({ split: "train", examples: 120 });
  await expect(evaluateModelIn(engine, loaded, data, { split: "validation" })).rejects.toThrow(
    /no validation split/,
  );
  const other = { ...data, shape: [2, 8] };
  await expect(evaluateModelIn(engine, loaded, other)).rejects.toThrow(/shape \[4, 4\], arrays has \[2, 8\]/);
  await engine.close();
});

test("images that a model makes can be saved", async () => {
  const images = await trained.model.generate(6);
  expect(images).toBeInstanceOf(ExampleBatch);
  await images.save(at("six.png"), { columns: 3, scale: 2 });
  const { width, height } = await decodePng(readFileSync(at("six.png")));
  expect([width, height]).toEqual([3 * (8 + 2) + 2, 2 * (8 + 2) + 2]);
  await expect(images.save(at("six.gif"))).rejects.toThrow(/saved as \.png or \.npy/);
});

describe("a run's folder", () => {
  test("is not begun by a run that fails before it has trained", async () => {
    await expect(run({ out: at("nan"), lr: 1e30 })).rejects.toThrow(/training stopped/);
    await expect(loadModelOn(platform, at("nan"))).rejects.toThrow(/does not exist/);
    const broken: Platform = { ...platform, startEngine: () => Promise.reject(new Error("no engine")) };
    await expect(trainOn(broken, model, data, { out: at("none") })).rejects.toThrow("no engine");
    await expect(loadModelOn(platform, at("none"))).rejects.toThrow(/does not exist/);
  });

  test("keeps what it had when a write fails halfway: the disk is full", async () => {
    const before = await run({ out: at("full"), epochs: 1 });
    // A folder in the file's place makes the write of the next checkpoint fail, as a full disk does.
    const last = at("full", "checkpoint", "last.safetensors");
    const stop = run({
      out: at("full"),
      epochs: 2,
      resume: true,
      onEvent: ({ type }) => {
        if (type !== "start") return;
        renameSync(last, at("full", "kept"));
        mkdirSync(at("full", "checkpoint", "last.safetensors", "full"), { recursive: true });
      },
    });
    await expect(stop).rejects.toThrow(/can't write .*last\.safetensors/);
    rmSync(last, { recursive: true });
    renameSync(at("full", "kept"), last);
    expect((await loadModelOn(platform, at("full"))).weights).toEqual(before.model.weights);
  });

  test("is refused to a run with other settings, which are named", async () => {
    await expect(run({ out: at("run") })).rejects.toThrow(/holds a run already/);
    const resume = { out: at("run"), resume: true };
    await expect(run({ ...resume, seed: 4 })).rejects.toThrow(/run with seed 0, but 4 is asked for/);
    await expect(run(resume, vae({ input: [4, 4], hidden: [9] }))).rejects.toThrow(
      /model\.encoder\.hidden \[8\], but \[9\]/,
    );
  });
});
