import { expect, test } from "vitest";
import { datasets, fromArrays } from "../data/index.js";
import { distributions } from "../distributions/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import type { Tensor } from "../tensor/index.js";
import { trainOn } from "../runs/index.js";
import type { Platform } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

// Intervals that start at half the width of their limits (start = 0, gain = 1 in uniform.ts) have 0 active units here.
test.each([
  ["uniform", "uniform"],
  ["uniform", "normal"],
  ["uniform(low=0, high=1)", "beta"],
])("%s with the prior %s does not collapse on MNIST", async (posterior, prior) => {
  const { train, test: held } = await datasets.mnist();
  const some = ({ data, shape }: Tensor, n: number): Tensor<"uint8"> => ({
    dtype: "uint8",
    shape: [n, ...shape.slice(1)],
    data: (data as Uint8Array).subarray(0, n * 784),
  });
  const data = fromArrays({
    name: "some digits",
    train: some(train.examples, 6400),
    test: some(held.examples, 1000),
  });
  const model = vae({
    input: data.shape,
    latent: 2,
    hidden: [64],
    posterior: distributions.from(posterior),
    prior: distributions.from(prior),
  });
  const run = await trainOn(platform, model, data, { epochs: 4, batchSize: 128, seed: 0 });
  await run.model.close();
  expect(run.evaluation?.activeUnits).toBeGreaterThan(0);
  expect(run.evaluation?.kl).toBeGreaterThan(1);
});
