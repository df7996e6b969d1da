import { expect, test } from "vitest";
import { type Dataset, fromArrays } from "../data/index.js";
import { evaluateModelIn } from "../evaluate/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { type TrainOptions, trainOn } from "../runs/index.js";
import type { Platform } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

function greys(n: number, seed: number): Tensor<"uint8"> {
  const noise = new RandomStream(seed, "greys").uniform(new Float32Array(n * 9), 0);
  return tensor(
    "uint8",
    [n, 9],
    Uint8Array.from(noise, (u) => u * 255),
  );
}

const data: Dataset = fromArrays({ name: "greys", train: greys(40, 1), test: greys(30, 2) });
const model = vae({ input: [9], latent: 2, hidden: [8] });

async function trained(options: TrainOptions) {
  const run = await trainOn(platform, model, data, { epochs: 2, batchSize: 16, ...options });
  await run.model.close();
  return run;
}

test("dynamic binarisation is another draw at each step, and again the same run for the same seed", async () => {
  const [grey, once, again, other] = [
    await trained({}),
    await trained({ binarize: "dynamic" }),
    await trained({ binarize: "dynamic" }),
    await trained({ binarize: "dynamic", seed: 1 }),
  ];
  const losses = ({ history }: typeof grey): unknown => history.map(({ train }) => train.negativeElbo);
  expect(losses(once)).toEqual(losses(again));
  expect(losses(once)).not.toEqual(losses(grey));
  expect(losses(once)).not.toEqual(losses(other));
  expect(once.evaluation?.binarize).toBe("dynamic");
  expect(grey.evaluation?.binarize).toBe("none");
});

test("the figures of an evaluation say which binarisation was used, and are those of training", async () => {
  for (const binarize of ["dynamic", "static", "threshold"] as const) {
    const run = await trained({ binarize });
    const engine = new LocalEngine(await nodeBackend("cpu", 1));
    const evaluation = await evaluateModelIn(engine, run.model, data, { binarize });
    await engine.close();
    expect(evaluation).toEqual(run.evaluation);
    expect(evaluation.binarize).toBe(binarize);
  }
});

test("binary data cost what binary data can: a likelihood that knows nothing needs log 2 a number", async () => {
  // weights of 0 give every pixel probability 1/2 whatever the code, and a KL divergence of 0
  const run = await trained({ binarize: "dynamic", epochs: 1 });
  const zeros = Object.fromEntries(
    Object.entries(run.model.weights).map(([name, { shape }]) => [name, tensor("float32", shape)]),
  );
  const engine = new LocalEngine(await nodeBackend("cpu", 1));
  const { TrainedVae } = await import("../model/index.js");
  const blank = new TrainedVae(model, zeros, () => nodeBackend("cpu", 1));
  const evaluation = await evaluateModelIn(engine, blank, data, { binarize: "dynamic" });
  await engine.close();
  expect(evaluation.reconstruction).toBeCloseTo(9 * Math.LN2, 5);
  // (b - 1/2)^2 is 1/4 for every bit: the data really are bits
  expect(evaluation.mse).toBeCloseTo(0.25, 6);
});
