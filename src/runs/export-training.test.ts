import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, expect, it } from "vitest";
import { decodeNpy, fromArrays } from "../data/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, sizeOf, type Tensor, tensor } from "../tensor/index.js";
import type { Platform, TrainingCard } from "../train/index.js";
import { exportTrainingOn, stateOfRun, type TrainOptions, trainOn, writeTraining } from "./index.js";
import { settingsOf } from "./settings.js";

/*
 * What is exported is run by ONNX Runtime alone, as another host would: nothing of Latent's engine, feeds or state. The same
 * engine computes the same operators, so 1e-5 leaves room only for how graphs are optimised around them.
 */

const platform: Platform = {
  startEngine: async (_device, threads) => new LocalEngine(await nodeBackend("cpu", threads ?? 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const root = mkdtempSync(path.join(os.tmpdir(), "latent-export-training-"));
afterAll(() => rmSync(root, { recursive: true }));

const noise = new RandomStream(3, "rows");
const bytes = (n: number): Tensor<"uint8"> =>
  tensor(
    "uint8",
    [n, 4, 4],
    Uint8Array.from(noise.child(n).uniform(new Float32Array(n * 16), 0), (u) => 255 * u),
  );
const labels = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i % 3);
// as many rows as whole batches, so that an epoch has no smaller last step
const data = fromArrays({
  name: "rows",
  train: { examples: bytes(96), labels: labels(96) },
  test: { examples: bytes(32), labels: labels(32) },
});
const plain = vae({ input: [4, 4], latent: 2, hidden: [12] });
const lively = vae({
  input: [4, 4],
  latent: 2,
  condition: { classes: 3 },
  encoder: "sequential(layers=[flatten, linear(out=10), batch-norm, relu, dropout(rate=0.2)])",
  decoder: "mlp(hidden=[10])",
});
const all: TrainOptions = {
  optimizer: "adamw(weight-decay=0.1)",
  schedule: "cosine(warmup=2)",
  ema: 0.8,
  clipNorm: 2,
  accumulate: 2,
  binarize: "dynamic",
};
const common: TrainOptions = { epochs: 2, batchSize: 32, seed: 5, threads: 1 };

type Values = Readonly<Record<string, ort.Tensor>>;

function read(folder: string, file: string): ort.Tensor {
  const { dtype, data: numbers, shape } = decodeNpy(readFileSync(path.join(folder, file)));
  return new ort.Tensor(dtype as "float32", numbers as Float32Array, [...shape]);
}

/** Rows of an array's first axis. */
function part({ type, data: numbers, dims }: ort.Tensor, from: number, to: number): ort.Tensor {
  const row = sizeOf(dims.slice(1));
  const own = (numbers as Float32Array).slice(from * row, to * row);
  return new ort.Tensor(type as "float32", own, [to - from, ...dims.slice(1)]);
}

/** All steps of the check in two calls; what they report, and the states after them. */
async function runChecked(
  folder: string,
  card: TrainingCard,
): Promise<{ reported: Record<string, number[]>; states: Values }> {
  const session = await ort.InferenceSession.create(path.join(folder, card.model));
  const { steps: count, feeds } = card.check;
  const fixed = new Set(["data", "labels"]);
  const reported: Record<string, number[]> = {};
  const start = await ort.InferenceSession.create(path.join(folder, card.start));
  let states: Values = await start.run({});
  await start.release();
  const half = Math.max(1, count >> 1);
  for (const [from, to] of [
    [0, half],
    [half, count],
  ] as const) {
    const own = Object.entries(feeds).map(([name, file]) => {
      const value = read(folder, file);
      return [name, fixed.has(name) ? value : part(value, from, to)] as const;
    });
    const steps = new ort.Tensor("int64", BigInt64Array.of(BigInt(to - from)), []);
    const results = await session.run({ ...Object.fromEntries(own), ...states, steps });
    for (const { name } of card.outputs)
      (reported[name] ??= []).push(...Array.from(results[name]?.data as Float32Array));
    states = Object.fromEntries(card.state.map(({ name, next }) => [name, results[next] as ort.Tensor]));
  }
  await session.release();
  return { reported, states };
}

/** How far numbers are from others, relative to those. */
function distance(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  return Math.max(
    ...Array.from(
      found,
      (value, i) => Math.abs(value - (wanted[i] ?? 0)) / Math.max(1e-3, Math.abs(wanted[i] ?? 0)),
    ),
  );
}

const cases = [
  ["the defaults", plain, {}],
  ["everything at once", lively, all],
] as const;

it.each(cases)("another host trains as train does: %s", async (name, model, options) => {
  const out = path.join(root, name.replaceAll(" ", "-"));
  const card = await exportTrainingOn(platform, model, data, { ...common, ...options, epochs: 1, out });
  expect(card).toEqual(JSON.parse(readFileSync(path.join(out, "training.json"), "utf8")));
  expect([card.step, card.planned, card.check.steps]).toEqual([0, 3, 3]);
  const run = await trainOn(platform, model, data, { ...common, ...options, epochs: 1 });
  const { reported, states } = await runChecked(out, card);
  for (const [output, file] of Object.entries(card.check.expected))
    expect(distance(reported[output] ?? [], read(out, file).data as Float32Array), output).toBeLessThan(1e-5);
  for (const [term, mean] of Object.entries(run.history[0]?.train ?? {})) {
    const values = reported[term] ?? [];
    expect(distance([values.reduce((sum, one) => sum + one, 0) / values.length], [mean]), term).toBeLessThan(
      1e-5,
    );
  }
  for (const [array, { state, offset, shape }] of Object.entries(card.weights)) {
    const stored = states[state]?.data as Float32Array;
    const wanted = run.model.weights[array]?.data as Float32Array;
    expect(distance(stored.slice(offset, offset + sizeOf(shape)), wanted), array).toBeLessThan(1e-4);
  }
  expect(Object.keys(card.weights).sort()).toEqual(Object.keys(run.model.weights).sort());
});

it("goes on where a run stands", async () => {
  const folder = path.join(root, "run");
  await trainOn(platform, plain, data, { ...common, epochs: 1, out: folder });
  const out = path.join(root, "on");
  const state = await stateOfRun(folder);
  const card = await writeTraining(
    platform,
    plain,
    data,
    settingsOf({ epochs: 2, batchSize: 32, seed: 5, threads: 1 }),
    { out, state },
  );
  expect([card.step, card.planned]).toEqual([3, 6]);
  const whole = await trainOn(platform, plain, data, common);
  const { reported } = await runChecked(out, card);
  const mean = (reported.negativeElbo ?? []).reduce((sum, one) => sum + one, 0) / 3;
  expect(distance([mean], [whole.history[1]?.train.negativeElbo ?? 0])).toBeLessThan(1e-5);
  expect(read(out, card.schedule[0]?.file ?? "").dims).toEqual([3]);
});

it("refuses what it can't do in one sentence, and writes nothing then", async () => {
  const out = path.join(root, "refused");
  const asked = (options: object): Promise<unknown> =>
    exportTrainingOn(platform, plain, data, { ...common, out, ...options });
  await expect(asked({ out: undefined })).rejects.toThrow("exportTraining: `out`");
  await expect(asked({ epoch: 3 })).rejects.toThrow(/no option "epoch".*epochs/s);
  await expect(asked({ steps: 0 })).rejects.toThrow("steps");
  expect(existsSync(out)).toBe(false);
  await asked({});
  await expect(asked({})).rejects.toThrow("holds a training graph already");
  const folder = path.join(root, "run");
  const settings = settingsOf({ epochs: 1, batchSize: 32, seed: 5 });
  const state = await stateOfRun(folder);
  await expect(writeTraining(platform, plain, data, settings, { out: `${out}2`, state })).rejects.toThrow(
    "the run has ended",
  );
  expect(existsSync(`${out}2`)).toBe(false);
});
