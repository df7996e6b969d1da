import { beforeAll, describe, expect, test } from "vitest";
import { type Dataset, fromArrays } from "../data/index.js";
import { likelihoodBatch } from "../evaluate/index.js";
import { type TrainedVae, vae, vaeFor } from "../model/index.js";
import { nodePlatform, openScorer, train } from "../node.js";
import { RandomStream, tensor } from "../tensor/index.js";
import { codeBlocks, codeBlocksBetween, Scorer } from "./index.js";

/*
 * What is done with a part of the examples must be what is done with them among all others, bit for bit: batches of the same
 * sizes, noise by the example's number.
 */

const size = 6;
const count = 5200;

function numbers(name: string, n: number): ReturnType<typeof tensor<"uint8">> {
  const u = new RandomStream(5, name).uniform(new Float32Array(n * size * size), 0);
  return tensor(
    "uint8",
    [n, size, size],
    Uint8Array.from(u, (one) => 255 * one * one),
  );
}

let model: TrainedVae;
let conditional: TrainedVae;
const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
const data = fromArrays({
  name: "numbers",
  train: { examples: numbers("train", 600), labels: Int32Array.from({ length: 600 }, (_, i) => i % 3) },
  test: { examples: numbers("test", count), labels },
  shape: [size, size],
});

beforeAll(async () => {
  const options = { epochs: 1, seed: 1, threads: 1 };
  model = (await train(vae({ input: [size, size], latent: 3 }), data, options)).model;
  conditional = (await train(vaeFor(data, { latent: 3, condition: { classes: 3 } }), data, options)).model;
}, 60_000);

/** Examples `from` to `to` - 1 of the test examples, as a data set of their own. */
function only(dataset: Dataset, from: number, to: number): Dataset {
  const { test } = dataset;
  const own = test.examples.data.slice(from * size * size, to * size * size) as Uint8Array;
  return {
    ...dataset,
    test: {
      length: to - from,
      examples: tensor("uint8", [to - from, size, size], own),
      labels: labels.slice(from, to),
    },
  };
}

test.each(["means", "deviations", "parameters"] as const)("codes of a part: %s", async (what) => {
  const all: number[] = [];
  for await (const { codes } of codeBlocks(model, data, { what })) all.push(...codes.data);
  const found: number[] = [];
  for (const [from, to] of [[0, 4000] as const, [4000, count] as const])
    for await (const { codes } of codeBlocksBetween(model, data, { what }, from, to))
      found.push(...codes.data);
  expect(found.length).toBeGreaterThan(count);
  expect(found).toEqual(all);
});

describe.each([
  ["plain", () => model, {}],
  ["a temperature and draws", () => model, { temperature: 0.7, draw: true, seed: 4 }],
  ["conditional", () => conditional, { seed: 3 }],
  ["of one class", () => conditional, { condition: 1, draw: true }],
] as const)("generated parts, %s", (_, modelOf, options) => {
  test("are those of the whole", async () => {
    const n = 2600;
    const whole = await modelOf().generate(n, options);
    for (const [from, to] of [
      [0, 1],
      [0, 1000],
      [1000, 2599],
      [2599, 2600],
      [700, 2100],
    ] as const) {
      const part = await modelOf().generatePart(n, [from, to], options);
      expect(part.shape).toEqual([to - from, size, size]);
      expect(part.data).toEqual(whole.data.subarray(from * size * size, to * size * size));
    }
  });
});

test("generatePart takes only draws that there are", async () => {
  await expect(model.generatePart(10, [5, 11])).rejects.toThrow("there are no draws 5 to 10 of 10");
  await expect(model.generatePart(10, [5, 5])).rejects.toThrow("generatePart");
});

test.each([
  ["as they are", {}],
  ["drawn anew, with a likelihood", { binarize: "dynamic", draws: 111, seed: 7 }],
] as const)("scores of a part, by a scorer that was saved: examples %s", async (_, options) => {
  const scorer = await openScorer(model, data, { ...options, threads: 1, examples: 400 });
  const engine = await nodePlatform.startEngine("cpu", 1);
  const restored = Scorer.restore(engine, model, scorer.save(), options);
  const whole = await scorer.score(data);
  const step = "draws" in options ? likelihoodBatch(model.definition, 111, count) : 500;
  const cut = step * Math.ceil(1500 / step);
  expect(cut % 500 === 0 || !("draws" in options)).toBe(true);
  for (const [from, to] of cut >= count
    ? [[0, count] as const]
    : [[0, cut] as const, [cut, count] as const]) {
    const part = await restored.scorePart(only(data, from, to), { first: from, total: count });
    expect(part.blame).toEqual(whole.blame.slice(from, to));
    for (const [name, values] of Object.entries(whole.columns)) {
      const own = part.columns[name as keyof typeof part.columns];
      expect(Array.from(own ?? []), name).toEqual(Array.from(values.slice(from, to)));
    }
  }
  expect(restored.threshold(0.05)).toBe(scorer.threshold(0.05));
  await scorer.close();
  await restored.close();
});
