import { expect, test } from "vitest";
import { type Dataset, fromArrays, type LabelledExamples } from "../data/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { trainOn } from "../runs/index.js";
import type { Platform } from "../train/index.js";
import { objectives } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

/** Pictures, bright in one of four quarters. */
function quarters(n: number, seed: number, side: number): Tensor<"uint8"> {
  const size = side * side;
  const noise = new RandomStream(seed, "quarters").uniform(new Float32Array(n * size), 0);
  const data = Uint8Array.from(noise, (u, k) => {
    const bright = Math.floor(k / size) % 4 === Math.floor((4 * (k % size)) / size);
    return Math.floor(u * 60) + (bright ? 190 : 0);
  });
  return tensor("uint8", [n, side, side], data);
}

// 33 = 2 batches of 16 and one of a single example, for which estimates over pairs must stay finite
function dataOf(side: number): Dataset {
  const part = (n: number, seed: number): LabelledExamples => ({
    examples: quarters(n, seed, side),
    labels: Int32Array.from({ length: n }, (_, i) => i % 2),
  });
  return fromArrays({ name: "quarters", train: part(33, 1), test: part(17, 2) });
}
const options: Readonly<Record<string, string>> = {
  "beta-vae": "beta-vae(beta=2, schedule=linear, warmup=10)",
  iwae: "iwae(k=3, dreg=true)",
  "free-bits": "free-bits(lambda=0.1)",
  "info-vae": "info-vae(lambda=10)",
  // with 16 examples a batch, the discrepancies' noise times their usual weights would hide what is learnt
  "wae-mmd": "wae-mmd(lambda=5)",
  "sliced-wasserstein": "sliced-wasserstein(lambda=1)",
};

test.each([
  ...objectives.list().map(({ name }) => options[name] ?? name),
  "beta-vae(schedule=cyclical, warmup=20)",
  "beta-vae(schedule=capacity, beta=5, capacity=2, warmup=30)",
  "beta-tc-vae(sampling=stratified)",
  "dip-vae(type=ii)",
  "free-bits(per=total)",
  "info-vae(alpha=1, lambda=5, kernel=rbf)",
  "sliced-wasserstein(lambda=1, encoder=random)",
  "wae-mmd(lambda=5, kernel=rbf, unbiased=false, multiscale=false, encoder=random)",
])("%s trains with a falling loss, and evaluates", async (text) => {
  const objective = objectives.from(text);
  // some take pictures that have room for their windows
  const side = objectives.get(objective.name).shape === undefined ? 4 : 24;
  const given = { condition: { classes: 2 }, classifier: "mlp(hidden=[4])" };
  const conditional = objectives.get(objective.name).conditional === true;
  const model = vae({ input: [side, side], latent: 2, hidden: [16], ...(conditional && given) });
  const data = dataOf(side);
  const run = await trainOn(platform, model, data, { objective, epochs: 20, batchSize: 16, lr: 5e-3 });
  await run.model.close();
  const averages = run.history.map(({ train }) => train.reconstruction ?? train.mse ?? Number.NaN);
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(averages.slice(-3))).toBeLessThan(mean(averages.slice(0, 3)));
  const totals = run.history.map(({ train }) => Object.values(train)[0] ?? Number.NaN);
  // where a weight rises the loss may rise with it; elsewhere the loss itself must fall
  if (!text.includes("schedule")) expect(mean(totals.slice(-3))).toBeLessThan(mean(totals.slice(0, 3)));
  const { evaluation } = run;
  expect(Object.values(evaluation?.terms ?? {}).every(Number.isFinite)).toBe(true);
  expect(evaluation?.klMethod === "none").toBe(objective.deterministic === true);
  expect(objectives.from(text).config).toEqual(objective.config);
});
