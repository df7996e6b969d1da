import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Dataset, encodeIdx, fromArrays, loadFolder } from "../data/index.js";
import { distributions, normal } from "../distributions/index.js";
import { openBatch } from "../feed/index.js";
import { type Vae, vae, type VaeOptions } from "../model/index.js";
import { initialValues } from "../nn/index.js";
import { objectives } from "../objectives/index.js";
import { loadModelOn, readRunConfig, type TrainOptions, trainOn } from "../runs/index.js";
import { evaluateOn, LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import type { Platform, Run } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const classes = 4;
const side = 6;
const names = ["top", "bottom", "left", "right"];

/** One half of the picture is lit, which the class determines, over noise that it doesn't. */
function halves(n: number, seed: number): { examples: Tensor<"uint8">; labels: Int32Array } {
  const noise = new RandomStream(seed, "halves").uniform(new Float32Array(n * side * side), 0);
  const lit = (label: number, y: number, x: number): boolean =>
    [y < side / 2, y >= side / 2, x < side / 2, x >= side / 2][label] === true;
  const data = Uint8Array.from(noise, (u, k) => {
    const [i, y, x] = [Math.floor(k / side ** 2), Math.floor(k / side) % side, k % side];
    return (lit(i % classes, y, x) ? 200 : 0) + 55 * u;
  });
  return {
    examples: tensor("uint8", [n, side, side], data),
    labels: Int32Array.from({ length: n }, (_, i) => i % classes),
  };
}

const data: Dataset = fromArrays({
  name: "halves",
  train: halves(203, 1),
  test: halves(50, 2),
  classes: names,
});
const options = { input: [side, side], latent: 2, hidden: [16], condition: { classes } } satisfies VaeOptions;
const model = vae({ ...options, prior: "class-normal" });
const withClassifier = vae({ ...options, classifier: "mlp(hidden=[8])" });

const folders: string[] = [];
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});
function folder(): string {
  const made = mkdtempSync(path.join(os.tmpdir(), "latent-conditional-"));
  folders.push(made);
  return made;
}

const run = (told: TrainOptions = {}, of: Vae = model, on = data): Promise<Run> =>
  trainOn(platform, of, on, { epochs: 3, batchSize: 16, seed: 5, lr: 5e-3, ...told });

function same(a: Run, b: Run): void {
  expect(b.model.weights).toEqual(a.model.weights);
  expect(b.history).toEqual(a.history);
}

/** Which half of each picture is brighter than the half across, by the larger difference. */
function halvesIn(pictures: Tensor<"float32">): number[] {
  const n = pictures.shape[0] ?? 0;
  return Array.from({ length: n }, (_, i) => {
    const sums = [0, 0, 0, 0];
    for (let k = 0; k < side * side; k++) {
      const value = pictures.data[i * side * side + k] ?? 0;
      for (const half of [k < 18 ? 0 : 1, k % side < 3 ? 2 : 3]) sums[half] = (sums[half] ?? 0) + value;
    }
    return sums.indexOf(Math.max(...sums));
  });
}

describe("a conditional model", () => {
  it("generates what it is told in all cases, by number, name and list, and else at the rates of the data", async () => {
    const { model: trained } = await run({ epochs: 25 });
    for (const [label, name] of names.entries()) {
      for (const condition of [label, name, name.toUpperCase(), new Int32Array(200).fill(label)]) {
        const made = await trained.generate(200, { condition, seed: label });
        expect(halvesIn(made)).toEqual(Array(200).fill(label));
      }
    }
    const mixed = Array.from({ length: 60 }, (_, i) => i % classes);
    expect(halvesIn(await trained.generate(60, { condition: mixed }))).toEqual(mixed);
    const drawn = trained.drawClasses(400, { seed: 3 });
    const free = await trained.generate(400, { seed: 3 });
    expect(halvesIn(free)).toEqual([...drawn]);
    for (const label of names.keys()) {
      const share = drawn.filter((one) => one === label).length / 400;
      // five standard errors of a quarter
      expect(Math.abs(share - 0.25)).toBeLessThan((5 * Math.sqrt(0.25 * 0.75)) / 20);
    }
    expect([...trained.drawClasses(50, { among: ["left", 3] })].every((one) => one >= 2)).toBe(true);
    expect([...trained.drawClasses(9, { seed: 3 })]).toEqual([...drawn.slice(0, 9)]);
    // the codes of one class decoded as another's
    const { examples, labels } = halves(20, 9);
    const codes = await trained.codes(examples, { condition: labels });
    expect(halvesIn(await trained.decode(codes, { condition: "right" }))).toEqual(Array(20).fill(3));
    expect(halvesIn(await trained.reconstruct(examples, { condition: labels }))).toEqual([...labels]);
    const way = await trained.interpolate(
      { ...examples, shape: [side, side], data: examples.data.slice(0, 36) },
      { ...examples, shape: [side, side], data: examples.data.slice(36, 72) },
      5,
      { condition: [0, 1] },
    );
    expect([halvesIn(way)[0], halvesIn(way)[4]]).toEqual([0, 1]);
    await trained.close();
  });

  it("refuses classes that there aren't, missing ones, and those of an unconditional model", async () => {
    const { model: trained } = await run({ epochs: 1 });
    const { examples } = halves(3, 1);
    const refused = async (call: () => Promise<unknown>, message: string): Promise<void> =>
      expect(call()).rejects.toThrow(message);
    await refused(() => trained.generate(2, { condition: 4 }), "there is no class 4; the classes are 0 to 3");
    await refused(
      () => trained.generate(2, { condition: "lefd" }),
      'there is no class "lefd"; did you mean "left"?',
    );
    await refused(
      () => trained.generate(2, { condition: [0] }),
      "the condition is of 1 examples, but there are 2",
    );
    await refused(() => trained.generate(1, { condition: [-1] }), "example 0 has no class (-1)");
    await refused(
      () => trained.generate(1, { condition: tensor("float32", [1, 3]) }),
      "must be of shape [n, 4]",
    );
    await refused(
      () => trained.encode(examples),
      "encode: the model is given one of 4 classes with each example",
    );
    await refused(
      () => trained.decode(tensor("float32", [1, 2])),
      "decode: the model is given one of 4 classes",
    );
    await refused(() => trained.classify(examples), "the model has no classifier");
    const { model: plain } = await run({ epochs: 1 }, vae({ input: [side, side], hidden: [4] }));
    await refused(() => plain.generate(1, { condition: 1 }), "the model was trained without a condition");
    expect(() => plain.drawClasses(2)).toThrow("trained without a condition");
    const bare = fromArrays({ name: "bare", train: halves(20, 1).examples });
    await refused(
      () => run({}, model, bare),
      "bare (train) has no labels, but the model is given one of 4 classes",
    );
    await refused(() => run({ labelled: 8 }), "train with the objective m2");
    await refused(() => run({ balance: "classes" }, plain.definition, bare), "balance: bare has no labels");
    await refused(() => run({ balance: "classes", shuffle: "blocks" }), "leave `shuffle`");
    await refused(() => run({ objective: "m2" }), "takes a model with a condition and a classifier");
    expect(() => vae({ input: [4], prior: "class-normal" })).toThrow("the model has no condition");
    expect(() => vae({ input: [4], classifier: "mlp" })).toThrow("give condition");
    expect(() => vae({ ...options, condition: { classes: 0 } })).toThrow(
      "condition must say of how many classes",
    );
    const beside = distributions.from("product(a=[1, class-normal], b=normal)");
    expect(() => vae({ ...options, prior: beside })).toThrow("can't be one of several side by side");
    await Promise.all([trained.close(), plain.close()]);
  });

  it.each([
    ["elbo", model],
    ["iwae(k=3)", vae({ ...options, likelihood: normal() })],
    ["beta-tc-vae", vae({ ...options, network: "conv(channels=[2], norm=none)" })],
    ["wae-mmd(encoder=random)", model],
    ["m2", withClassifier],
    ["elbo", vae({ ...options, prior: "vamp-prior(components=3)" })],
  ])("has under %s the gradients that finite differences give (model %#)", async (name, of) => {
    const batch = 3;
    const told = { stored: "float32", batch, dtype: "float64", mode: "train" } as const;
    const opened = openBatch(of, told);
    const { loss } = objectives.from(name).build(opened.context);
    const weights = initialValues(of.parameters, 2, "float64");
    const wave = (shape: readonly number[], seed: number): Tensor<"float64"> => {
      const size = shape.reduce((a, b) => a * b, 1);
      return tensor(
        "float64",
        shape,
        Float64Array.from({ length: size }, (_, i) => Math.sin(seed + 1.3 * i)),
      );
    };
    const noise = Object.fromEntries(
      [...opened.noise.inputs, ...opened.layerNoise.inputs].map(({ name: input, shape }, i) => [
        input,
        wave(shape as number[], i),
      ]),
    );
    const pixels = halves(6, 3).examples.data;
    const feeds = {
      data: tensor(
        "float32",
        [6, 36],
        Float32Array.from(pixels, (value) => value / 255),
      ),
      indices: tensor("int32", [batch], Int32Array.of(4, 1, 2)),
      labels: tensor("int32", [6], Int32Array.of(0, 1, of === withClassifier ? -1 : 2, 3, 0, 1)),
      ...noise,
    };
    const trained = Object.keys(opened.trained);
    const slopes = grad(loss, Object.values(opened.trained));
    const exprs = { loss, ...Object.fromEntries(slopes.map((slope, i) => [`d/${trained[i]}`, slope])) };
    const values = async (own: typeof weights): Promise<Record<string, Tensor>> =>
      evaluateOn(await nodeBackend("cpu", 1), exprs, { ...opened.packing.pack(own), ...feeds });
    const found = await values(weights);
    const moved = async (weight: string, i: number, by: number): Promise<number> => {
      const value = weights[weight] as Tensor<"float64">;
      const other = { ...value, data: value.data.map((v, j) => (j === i ? v + by : v)) };
      return toNumbers((await values({ ...weights, [weight]: other }))["loss"] as Tensor)[0] as number;
    };
    for (const weight of trained) {
      const size = weights[weight]?.data.length ?? 0;
      const i = size - 1;
      const slope = ((await moved(weight, i, 1e-5)) - (await moved(weight, i, -1e-5))) / 2e-5;
      const own = toNumbers(found[`d/${weight}`] as Tensor)[i] as number;
      expect(Math.abs(own - slope), weight).toBeLessThan(2e-6 * Math.max(1, Math.abs(slope)));
    }
  });
});

describe("a conditional run", () => {
  it.each<[string, TrainOptions, Vae]>([
    ["as it is", {}, model],
    ["with balanced classes", { balance: "classes" }, model],
    ["semi-supervised", { objective: "m2", labelled: 12, validation: 0.2 }, withClassifier],
    ["semi-supervised and balanced", { objective: "m2", labelled: 12, balance: "classes" }, withClassifier],
  ])("that is interrupted and resumed equals one that was not: %s", async (_, told, of) => {
    const whole = await run(told, of);
    const out = path.join(folder(), "run");
    const controller = new AbortController();
    let events = 0;
    const part = await run(
      {
        ...told,
        out,
        signal: controller.signal,
        checkpointSeconds: 0,
        onEvent: ({ type }) => {
          if (type === "checkpoint" && ++events === 2) controller.abort();
        },
      },
      of,
    );
    expect(part.finished).toBe(false);
    same(whole, await trainOn(platform, of, data, { out, resume: true }));
    const config = await readRunConfig(out);
    expect(config?.model.condition).toEqual({ classes });
    expect(config?.schema?.labels?.names).toEqual(names);
    const other = told.balance === undefined ? "classes" : "none";
    await expect(run({ out, resume: true, balance: other }, of)).rejects.toThrow("can't change");
  });

  it.each<[string, TrainOptions]>([
    ["each example once", {}],
    ["balanced classes", { balance: "classes" }],
  ])("streamed gives the weights of one in memory: %s", async (_, told) => {
    const made = folder();
    const write = (name: string, { examples, labels }: ReturnType<typeof halves>): void => {
      writeFileSync(path.join(made, `${name}-images-idx3-ubyte`), encodeIdx(examples));
      const bytes = tensor("uint8", [labels.length], Uint8Array.from(labels));
      writeFileSync(path.join(made, `${name}-labels-idx1-ubyte`), encodeIdx(bytes));
    };
    // a rare class, so that balancing matters
    const some = halves(203, 1);
    write("train", { ...some, labels: some.labels.map((label, i) => (label === 3 && i > 20 ? 0 : label)) });
    write("t10k", halves(50, 2));
    const [whole, streamed] = [Infinity, 0].map((memory) => loadFolder(made, { memory }));
    same(await run(told, model, await whole), await run(told, model, await streamed));
  });

  it("is loaded with its classes, and its ONNX files agree with it", async () => {
    const out = path.join(folder(), "run");
    const { model: trained } = await run({ out, objective: "m2", labelled: 40 }, withClassifier);
    const loaded = await loadModelOn(platform, out);
    expect(loaded.weights).toEqual(trained.weights);
    expect(loaded.classes).toEqual(trained.classes);
    expect(await loaded.generate(5)).toEqual(await trained.generate(5));
    const card = JSON.parse(readFileSync(path.join(out, "model", "model.json"), "utf8")) as {
      version: number;
      files: Record<string, { inputs: string[]; outputs: string[] }>;
    };
    expect(card.version).toBe(4);
    expect(card.files).toMatchObject({
      "encoder.onnx": { inputs: ["x", "condition"], outputs: ["mean", "logVar"] },
      "decoder.onnx": { inputs: ["z", "condition"], outputs: ["x"] },
      "classifier.onnx": { inputs: ["x"], outputs: ["probabilities"] },
    });
    const { examples, labels } = halves(9, 4);
    const floats = tensor(
      "float32",
      [9, side, side],
      Float32Array.from(examples.data, (value) => value / 255),
    );
    const condition = tensor("float32", [9, classes]);
    labels.forEach((label, i) => (condition.data[i * classes + label] = 1));
    const backend = await nodeBackend("cpu", 1);
    const outputs = async (file: string, feeds: Record<string, Tensor>, name: string): Promise<number[]> => {
      const session = await backend.open(readFileSync(path.join(out, "model", file)));
      const found = await session.run(feeds, [name]);
      await session.close();
      return toNumbers(found[name] as Tensor);
    };
    const close = (got: readonly number[], want: ArrayLike<number>): void => {
      expect(got).toHaveLength(want.length);
      got.forEach((value, i) => expect(Math.abs(value - (want[i] ?? Number.NaN))).toBeLessThan(1e-5));
    };
    const { mean } = (await trained.encode(examples, { condition: labels })) as { mean: Tensor<"float32"> };
    close(await outputs("encoder.onnx", { x: floats, condition }, "mean"), mean.data);
    const decoded = await trained.decode(mean, { condition: labels });
    close(await outputs("decoder.onnx", { z: mean, condition }, "x"), decoded.data);
    close(
      await outputs("classifier.onnx", { x: floats }, "probabilities"),
      (await trained.classify(examples)).data,
    );
    await Promise.all([trained.close(), loaded.close()]);
  });
});

describe("semi-supervised training", () => {
  it("learns of labels that are partly missing, says how often it is right, and fills in classes itself", async () => {
    const { model: trained, evaluation } = await run(
      { objective: "m2(alpha=5)", labelled: 8, epochs: 15 },
      withClassifier,
    );
    expect(evaluation?.accuracy).toBe(1);
    const { examples, labels } = halves(30, 8);
    const told = await trained.encode(examples, { condition: labels });
    expect(await trained.encode(examples)).toEqual(told);
    const half = labels.map((label, i) => (i % 2 === 0 ? label : -1));
    expect(await trained.encode(examples, { condition: half })).toEqual(told);
    expect(halvesIn(await trained.reconstruct(examples))).toEqual([...labels]);
    await trained.close();
  });

  it("evaluates examples without a label by their likeliest class", async () => {
    const hidden = halves(50, 2);
    const some = fromArrays({
      name: "some",
      train: halves(203, 1),
      test: { ...hidden, labels: hidden.labels.map((label, i) => (i < 10 ? label : -1)) },
    });
    const told = { objective: "m2(alpha=5)", epochs: 15 };
    const [known, partly] = [await run(told, withClassifier), await run(told, withClassifier, some)];
    expect(partly.evaluation?.accuracy).toBe(1);
    expect(partly.evaluation?.negativeElbo).toBe(known.evaluation?.negativeElbo);
    const none = fromArrays({
      name: "none",
      train: halves(203, 1),
      test: { ...hidden, labels: new Int32Array(50).fill(-1) },
    });
    expect((await run({ ...told, epochs: 1 }, withClassifier, none)).evaluation?.accuracy).toBeNull();
  });
});
