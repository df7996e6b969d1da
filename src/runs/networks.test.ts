import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fromArrays } from "../data/index.js";
import { TrainedVae, vae, type VaeOptions } from "../model/index.js";
import { checkLayer, type Layer, layers, mlp, type Network, networks } from "../nn/index.js";
import { elbo } from "../objectives/index.js";
import { adam } from "../optim/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { evaluateGraphs } from "../testing/layers.js";
import { scratchFolder } from "../testing/run-cli.js";
import type { Platform, Run } from "../train/index.js";
import { loadModelOn, type TrainOptions, trainOn } from "./index.js";
import { decodeCheckpoint } from "../train/checkpoint.js";
import { trainingStep } from "../train/step.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
afterAll(scratch.remove);

const levels = new RandomStream(1, "data").uniform(new Float32Array(150 * 16), 0);
const flat = Uint8Array.from(levels, (u) => 255 * u);
const data = fromArrays({ shape: [4, 4], train: flat.subarray(0, 113 * 16), test: flat.subarray(113 * 16) });
const examples = tensor("uint8", [37, 4, 4], flat.slice(113 * 16));

// 113 = 7 * 16 + 1: the last batch of an epoch has one example
const train = (options: Partial<VaeOptions>, more: TrainOptions = {}): Promise<Run> =>
  trainOn(platform, vae({ input: [4, 4], ...options }), data, { batchSize: 16, epochs: 2, ...more });

const hidden = "linear(out=8), batch-norm, relu, dropout(rate=0.3)";
const lively = {
  encoder: `sequential(layers=[flatten, ${hidden}, residual(layers=[linear(out=8), layer-norm, gelu])])`,
  decoder: `sequential(layers=[${hidden}])`,
};
const shifted = (value: Tensor): Float32Array => Float32Array.from(toNumbers(value), (x) => x + 1);
const running = (model: TrainedVae): [string, Tensor][] =>
  Object.entries(model.weights).filter(([name]) => name.includes("running"));

describe("batch norm and dropout", () => {
  test("are trained and saved: a run that was interrupted ends like one that was not", async () => {
    const whole = await train(lively, { out: at("whole"), epochs: 3 });
    const abort = new AbortController();
    const seen: number[] = [];
    await train(lively, {
      out: at("parts"),
      epochs: 3,
      signal: abort.signal,
      onEvent: (event) => {
        if (event.type === "epoch") seen.push(event.epoch);
        if (event.type === "epoch" && event.epoch === 1) abort.abort();
      },
    });
    expect(seen).toEqual([1]);
    const resumed = await train(lively, { out: at("parts"), epochs: 3, resume: true });
    expect(resumed.model.weights).toEqual(whole.model.weights);
    expect(resumed.history).toEqual(whole.history);
    expect(running(whole.model).map(([name]) => name)).toEqual(
      ["encoder.2", "decoder.1"].flatMap((name) => [`${name}.running_mean`, `${name}.running_var`]),
    );
    const { tensors } = decodeCheckpoint(readFileSync(at("whole", "checkpoint", "last.safetensors")), "last");
    for (const [name, values] of running(whole.model)) {
      expect(new Set(toNumbers(values)).size, name).toBeGreaterThan(1);
      expect(tensors[name], name).toEqual(values);
      expect(Object.keys(tensors)).not.toContain(`adam.m:${name}`);
    }
  });

  test("are loaded without a definition, and work by the running statistics", async () => {
    const { model, evaluation } = await train(lively, { out: at("load") });
    const loaded = await loadModelOn(platform, at("load"));
    expect(loaded.weights).toEqual(model.weights);
    const codes = await loaded.codes(examples);
    expect(codes).toEqual(await model.codes(examples));
    // an example's code does not depend on what it comes with, nor on noise
    const first = tensor("uint8", [1, 4, 4], examples.data.slice(0, 16));
    const alone = await loaded.codes(first);
    alone.data.forEach((value, i) => expect(value).toBeCloseTo(codes.data[i] as number, 5));
    expect(Number.isFinite(evaluation?.negativeElbo)).toBe(true);
    // the statistics are what the codes are made with
    const moved = Object.entries(model.weights).map(([name, value]) => [
      name,
      name.includes("running_mean") ? tensor("float32", value.shape, shifted(value)) : value,
    ]);
    const weights = Object.fromEntries(moved) as Record<string, Tensor>;
    const other = new TrainedVae(model.definition, weights, platform.openBackend);
    expect((await other.codes(examples)).data).not.toEqual(codes.data);
  });

  test("draw noise of their own, so that the objective's is the same with and without", () => {
    const options = {
      objective: elbo(),
      optimizer: adam(),
      batch: 8,
      stored: "uint8",
      datasetSize: 8,
    } as const;
    const noise = trainingStep(vae({ input: [4, 4], ...lively }), options).noise.map(({ name }) => name);
    expect(noise).toEqual(["noise/0", "layers/0", "layers/1"]);
  });
});

test("frozen layers don't move, and have no moments; what comes before them is trained", async () => {
  const encoder =
    "sequential(layers=[flatten, linear(out=6), frozen(layers=[linear(out=5), batch-norm]), tanh])";
  const { model } = await train({ encoder }, { out: at("frozen") });
  const first = (await train({ encoder }, { epochs: 1, lr: 1e-30 })).model;
  const checkpoint = decodeCheckpoint(readFileSync(at("frozen", "checkpoint", "last.safetensors")), "last");
  for (const [name, { data: values }] of Object.entries(model.weights)) {
    const still = name.startsWith("encoder.2.");
    expect([name, JSON.stringify(values) === JSON.stringify(first.weights[name]?.data)]).toEqual([
      name,
      still,
    ]);
    expect([name, `adam.v:${name}` in checkpoint.tensors]).toEqual([name, !still]);
  }
  expect(model.weights["encoder.2.1.running_var"]?.data).toEqual(new Float32Array(5).fill(1));
});

describe("networks and layers of one's own", () => {
  const scaled = (by: number): Layer => ({
    name: "scaled",
    config: { by },
    build: (inShape) => ({
      outShape: inShape,
      parameters: { gain: { shape: inShape, init: (out) => out.fill(1) } },
      apply: (x, { weights }) => x.mul(weights.gain as never).mul(by),
    }),
  });
  const wide = (factor: number): Network => ({
    name: "wide",
    config: { factor },
    build: (inShape, outShape) => mlp([4 * factor], { activation: "gelu" }).build(inShape, outShape),
  });

  test("are known once they are added: by text, to the suite, and to saved models", async () => {
    layers.add({
      name: "scaled",
      description: "times a trained gain and a number",
      options: { by: { type: "number", about: "the number" } },
      make: ({ by }) => scaled(by as number),
    });
    networks.add({
      name: "wide",
      description: "one wide hidden layer",
      options: { factor: { type: "integer", about: "how wide" } },
      make: ({ factor }) => wide(factor as number),
    });
    await checkLayer(layers.from("scaled(by=2)"), { evaluate: evaluateGraphs });
    const encoder = "sequential(layers=[flatten, scaled(by=0.5), linear(out=4), relu])";
    const { model } = await train({ encoder, decoder: "wide(factor=2)" }, { out: at("own") });
    const loaded = await loadModelOn(platform, at("own"));
    expect(loaded.weights).toEqual(model.weights);
    expect(loaded.definition.encoder.config).toEqual(model.definition.encoder.config);
    expect(await loaded.generate(3)).toEqual(await model.generate(3));
    rmSync(at("own", "model"), { recursive: true });
    expect((await loadModelOn(platform, at("own"))).weights).toEqual(model.weights);
  });

  test("work without being added, and a saved model then asks for its definition", async () => {
    const mine = (inShape: readonly number[], outShape: readonly number[]) =>
      mlp([3]).build(inShape, outShape);
    const { model } = await train({ encoder: mine }, { out: at("mine") });
    await expect(loadModelOn(platform, at("mine"))).rejects.toThrow(
      /network "mine", which is not known here; add it/,
    );
    const definition = vae({ input: [4, 4], encoder: mine });
    expect((await loadModelOn(platform, at("mine"), { definition })).weights).toEqual(model.weights);
  });
});
