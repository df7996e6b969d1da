import { expect, it } from "vitest";
import { fromArrays } from "../data/index.js";
import { distributions } from "../distributions/index.js";
import { vae } from "../model/index.js";
import { trainOn } from "../runs/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { colourPictures } from "../testing/colour-pictures.js";
import type { Platform } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

const likelihoods = [
  "bernoulli",
  "continuous-bernoulli",
  "beta",
  "normal",
  "normal(scale=0.1)",
  "shared-normal",
  "laplace(scale=0.1)",
  "discretised-logistic",
  "discretised-logistic(scale=0.05)",
  "categorical(levels=8)",
];

/** Mean squared difference. */
function mse(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum / a.length;
}

it.each(likelihoods)("%s learns the colours of pictures [h, w, 3]", async (likelihood) => {
  const train = colourPictures(240, 8, 1);
  const test = colourPictures(40, 8, 2);
  const data = fromArrays({ name: "colours", train, test });
  const model = vae({
    input: data.shape,
    latent: 4,
    hidden: [32],
    likelihood: distributions.from(likelihood),
  });
  const run = await trainOn(platform, model, data, { epochs: 40, batchSize: 24, lr: 4e-3, seed: 3 });
  const made = await run.model.reconstruct(test);
  expect(made.shape).toEqual([40, 8, 8, 3]);
  const originals = Float32Array.from(test.data, (byte) => byte / 255);
  // The best picture that says nothing of the example, the average of the training pictures, is what must be beaten.
  const size = 8 * 8 * 3;
  const average = Float32Array.from({ length: size }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < 240; i++) sum += train.data[i * size + k] ?? 0;
    return sum / 240 / 255;
  });
  const dull = Float32Array.from({ length: originals.length }, (_, i) => average[i % size] ?? 0);
  expect(mse(made.data, originals)).toBeLessThan(0.4 * mse(dull, originals));
  const drawn = await run.model.generate(5, { draw: true });
  expect(drawn.shape).toEqual([5, 8, 8, 3]);
  expect(drawn.data.every(Number.isFinite)).toBe(true);
  await run.model.close();
});
