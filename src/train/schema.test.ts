import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Dataset, fromArrays } from "../data/index.js";
import { distributions } from "../distributions/index.js";
import { bundle, vae } from "../model/index.js";
import { evaluateModel, loadModel, train } from "../node.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, tensor } from "../tensor/index.js";
import { divergenceAdvice } from "./advice.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "latent-schema-train-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** Rows of two numbers that go with each other, of sizes 1e4 and 1. */
function wide(n: number, seed: number): Float32Array {
  const noise = new Float32Array(2 * n);
  new RandomStream(seed, "wide").normal(noise, 0);
  return noise.map((value, i) => (i % 2 === 0 ? 5e4 + 1e4 * value : (noise[i - 1] ?? 0) + 0.1 * value));
}
const table: Dataset = fromArrays({ name: "wide", shape: [2], train: wide(1024, 1), test: wide(256, 2) });
const normals = (): ReturnType<typeof vae> =>
  vae({ input: [2], latent: 1, hidden: [32], likelihood: distributions.from("normal") });
const quick = { batchSize: 64, threads: 1, device: "cpu" } as const;

describe("standardised training", () => {
  it("learns what is too far from 0 otherwise, and gives the data's own units, saved, loaded and as ONNX", async () => {
    const out = path.join(folder, "wide");
    const run = await train(normals(), table, { ...quick, epochs: 20, standardize: true, out });
    const { examples } = table.test;
    const made = await run.model.reconstruct(examples);
    let [error, spread] = [0, 0];
    for (let i = 0; i < made.data.length; i += 2) {
      error += ((made.data[i] ?? 0) - (examples.data[i] ?? 0)) ** 2;
      spread += ((examples.data[i] ?? 0) - 5e4) ** 2;
    }
    expect(error / spread).toBeLessThan(0.3);
    const loaded = await loadModel(out);
    expect(loaded.schema).toEqual(run.model.schema);
    expect((await loaded.reconstruct(examples)).data).toEqual(made.data);
    expect(await evaluateModel(loaded, table, { threads: 1, device: "cpu" })).toEqual(run.evaluation);

    const files = bundle(run.model);
    const backend = await nodeBackend("cpu", 1);
    const encoder = await backend.open(files["encoder.onnx"] as Uint8Array);
    const decoder = await backend.open(files["decoder.onnx"] as Uint8Array);
    const x = tensor("float32", [4, 2], Float32Array.from(examples.data.subarray(0, 8)));
    const { mean } = await encoder.run({ x }, ["mean"]);
    const { x: again } = await decoder.run({ z: mean as typeof x }, ["x"]);
    expect([...(again?.data ?? [])]).toEqual([...made.data.subarray(0, 8)]);
    await Promise.all([encoder.close(), decoder.close(), run.model.close(), loaded.close()]);

    const half = path.join(folder, "half");
    await train(normals(), table, { ...quick, epochs: 10, standardize: true, out: half });
    const resumed = await train(normals(), table, {
      ...quick,
      epochs: 20,
      standardize: true,
      out: half,
      resume: true,
    });
    expect(resumed.model.weights).toEqual(run.model.weights);
    const other = { ...quick, epochs: 20, standardize: "all", out: half, resume: true } as const;
    await expect(train(normals(), table, other)).rejects.toThrow(
      /standardize "each", but "all" is asked for/,
    );
  });

  it("is not for a likelihood of fewer numbers, nor beside binarisation", async () => {
    const grey = fromArrays({ shape: [2], train: Float32Array.of(0, 1, 1, 0), test: Float32Array.of(0, 1) });
    const model = vae({ input: [2], hidden: [] });
    await expect(train(model, grey, { ...quick, standardize: "each" })).rejects.toThrow(
      /example 0: number 0 is -1 after standardisation; expected numbers from 0 to 1/,
    );
    const both = { ...quick, standardize: true, binarize: "dynamic" } as const;
    await expect(train(model, grey, both)).rejects.toThrow(/either standardised or made binary/);
  });

  it("is advised where the data's range is why training diverged", async () => {
    await expect(train(normals(), table, { ...quick, epochs: 3, lr: 1e30 })).rejects.toThrow(
      /The data go from .* to .*, too far for a network as they are: standardise them/,
    );
    const unit = { kind: "vector", size: 2, codec: { type: "unit" } } as const;
    expect(divergenceAdvice(unit, { support: "real" })).toMatch(/Lower the learning rate/);
  });
});

describe("numbers far from 0, not standardised", () => {
  const run = async (size: number, likelihood: string): Promise<{ warnings: string[]; losses: number[] }> => {
    const examples = new RandomStream(3, "far").uniform(new Float32Array(4000), 0);
    const train4 = examples.map((value) => Math.round(size * value));
    const warnings: string[] = [];
    const { history } = await train(
      vae({ input: [4], hidden: [32], likelihood }),
      fromArrays({ shape: [4], train: train4 }),
      {
        ...quick,
        epochs: 4,
        onEvent: (event) => void (event.type === "warning" && warnings.push(event.message)),
      },
    );
    return { warnings, losses: history.map(({ train: { negativeElbo } }) => negativeElbo ?? NaN) };
  };

  // Without bounds on the log-variance both ended at NaN in one of the first steps.
  it.each(["normal", "poisson"])("of 0..255 are learned by a %s likelihood", async (likelihood) => {
    const { losses } = await run(255, likelihood);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[3]).toBeLessThan((losses[0] ?? 0) / 3);
  });

  it("are warned of where standardising is possible", async () => {
    expect((await run(1000, "normal")).warnings.join()).toMatch(
      /^the data go from 0 to 1000; .*--standardize each/,
    );
    expect((await run(1, "normal")).warnings.join()).not.toContain("the data go from");
    expect((await run(1000, "poisson")).warnings.join()).not.toContain("the data go from");
  });
});

describe("data outside the support", () => {
  it("is refused part by part of a product, with example, number, value and what was expected", async () => {
    const rows = [
      [0.5, -1, 3],
      [0.1, 2, 2.5],
    ];
    const data = fromArrays({ name: "mixed", train: rows, test: [[0.5, 0, 0]] });
    const likelihood = distributions.from("product(share=[1, beta], rest=[1, normal], clicks=[1, poisson])");
    const model = vae({ input: [3], hidden: [], likelihood });
    await expect(train(model, data, quick)).rejects.toThrow(
      "mixed (train) does not fit the likelihood product: example 1: number 2 is 2.5; expected whole numbers " +
        "from 0 on of clicks: poisson, which has number 2.",
    );
    const fine = fromArrays({ train: [rows[0] ?? [], [0.1, 2, 2]], test: [[0.5, 0, 0]] });
    expect((await train(model, fine, { ...quick, epochs: 1 })).finished).toBe(true);
  });

  it("is refused by evaluation, encoding and reconstruction too, NaN among it", async () => {
    const bits = fromArrays({ shape: [2], train: Uint8Array.of(0, 1, 1, 0), test: Uint8Array.of(1, 1) });
    const { model } = await train(vae({ input: [2], hidden: [] }), bits, { ...quick, epochs: 1 });
    const wrong = tensor("float32", [2, 2], Float32Array.of(0, 1, 255, 0));
    for (const used of [model.encode(wrong), model.reconstruct(wrong), model.interpolate(wrong, wrong)]) {
      await expect(used).rejects.toThrow(
        "the examples do not fit the model's likelihood bernoulli: example 1: number 0 is 255; expected numbers from 0 to 1",
      );
    }
    const nan = tensor("float32", [1, 2], Float32Array.of(0, Number.NaN));
    await expect(model.encode(nan)).rejects.toThrow(/number 1 is NaN/);
    await expect(model.decode(nan)).rejects.toThrow("latent 0 holds NaN as coordinate 1");
    const others = fromArrays({ name: "others", shape: [2], train: wrong, test: wrong });
    await expect(evaluateModel(model, others, quick)).rejects.toThrow(
      /others \(test\) does not fit the likelihood bernoulli: example 1: number 0 is 255/,
    );
    const unchecked = { ...bits, test: { length: 1, examples: nan } };
    await expect(evaluateModel(model, unchecked, quick)).rejects.toThrow(/number 1 is NaN/);
    await model.close();
  });
});

it("0 and 1 as bytes are learned as 0 and 1, and a run from before there were schemas stays as it was", async () => {
  const bits = fromArrays({
    shape: [2],
    train: Uint8Array.from({ length: 512 }, () => 1),
    test: Uint8Array.of(1, 1),
  });
  const out = path.join(folder, "bits");
  const run = await train(vae({ input: [2], hidden: [8] }), bits, { ...quick, epochs: 200, lr: 0.05, out });
  expect(Math.min(...(await run.model.generate(8)).data)).toBeGreaterThan(0.9);

  const earlier = path.join(folder, "earlier");
  await train(
    vae({ input: [2], hidden: [8] }),
    { ...bits, schema: { kind: "vector", size: 2, codec: { type: "unit" } } },
    {
      ...quick,
      epochs: 1,
      out: earlier,
    },
  );
  const file = path.join(earlier, "config.json");
  const config = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  delete config.schema;
  await writeFile(file, JSON.stringify(config));
  const on = await train(vae({ input: [2], hidden: [8] }), bits, {
    ...quick,
    epochs: 2,
    out: earlier,
    resume: true,
  });
  expect(on.model.schema).toMatchObject({ codec: { type: "unit" } });
});
