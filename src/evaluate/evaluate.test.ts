import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dataset, fromArrays } from "../data/index.js";
import { type Family, normal, samples } from "../distributions/index.js";
import { TrainedVae, type Vae, vae } from "../model/index.js";
import { autoencoder, waeMmd } from "../objectives/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { evaluateModelIn, nearestNeighbourAccuracy } from "./index.js";

/*
 * A linear model whose likelihood is known: z ~ N(0, I_2), x = W z + 0.8 noise with orthogonal columns of W, so that
 * the exact posterior is N(W'x / (|w|^2 + s^2), s^2 / (|w|^2 + s^2)), diagonal, and within reach of one linear layer.
 */
const s = 0.8;
const W = [
  [0.9, 0.3],
  [-0.6, 0.45],
  [0.1, 0],
] as const;
const squares = [0, 1].map((d) => W.reduce((sum, row) => sum + (row[d] ?? 0) ** 2, 0)) as [number, number];
const n = 600;

function drawn(count: number, seed: number): Float32Array {
  const z = new RandomStream(seed, "z").normal(new Float64Array(2 * count), 0);
  const e = new RandomStream(seed, "e").normal(new Float64Array(3 * count), 0);
  return Float32Array.from({ length: 3 * count }, (_, i) => {
    const [row, j] = [Math.floor(i / 3), i % 3];
    return W[j as 0][0] * (z[2 * row] ?? 0) + W[j as 0][1] * (z[2 * row + 1] ?? 0) + s * (e[i] ?? 0);
  });
}

const test3 = drawn(n, 1);
const data: Dataset = fromArrays({
  name: "linear",
  train: tensor("float32", [50, 3], drawn(50, 2)),
  test: tensor("float32", [n, 3], test3),
});

/** log N(x; 0, W W' + s^2 I), averaged, by the exact posterior: log p(x, z) - log p(z|x) at z = 0. */
function knownLogLikelihood(): number {
  let total = 0;
  for (let i = 0; i < n; i++) {
    const x = [0, 1, 2].map((j) => test3[3 * i + j] ?? 0);
    let value = x.reduce((sum, v) => sum - 0.5 * (v / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI), 0);
    for (const d of [0, 1] as const) {
      const precision = (squares[d] + s * s) / (s * s);
      const mean = W.reduce((sum, row, j) => sum + row[d] * (x[j] ?? 0), 0) / (squares[d] + s * s);
      value +=
        -0.5 * Math.log(2 * Math.PI) +
        0.5 * mean ** 2 * precision -
        0.5 * Math.log(precision / (2 * Math.PI));
    }
    total += value;
  }
  return total / n;
}

function linearModel(prior: Family = normal()): Vae {
  return vae({ input: [3], latent: 2, hidden: [], likelihood: normal({ scale: s }), prior });
}

/** The exact posterior, or one with its mean and spread off by `error`. */
function linear(error: number, definition = linearModel()): TrainedVae {
  const rows = [0, 1].map((d) => W.map((row) => (row[d as 0] * (1 + error)) / (squares[d as 0] + s * s)));
  const logVar = [0, 1].map((d) => Math.log((s * s) / (squares[d as 0] + s * s)) + error);
  const weights: Record<string, Tensor> = {
    "encoder.0.weight": tensor("float32", [4, 3], Float32Array.from([...rows.flat(), 0, 0, 0, 0, 0, 0])),
    "encoder.0.bias": tensor("float32", [4], Float32Array.from([0, 0, ...logVar])),
    "decoder.0.weight": tensor("float32", [3, 2], Float32Array.from(W.flat())),
    "decoder.0.bias": tensor("float32", [3]),
  };
  return new TrainedVae(definition, weights, () => nodeBackend("cpu", 1));
}

let engine: LocalEngine;
beforeAll(async () => {
  engine = new LocalEngine(await nodeBackend("cpu", 1));
});
afterAll(() => engine.close());

describe("the importance-sampled log-likelihood", () => {
  test("is exact for any number of draws if the posterior is", async () => {
    const { logLikelihood, kl, reconstruction, negativeElbo } = await evaluateModelIn(
      engine,
      linear(0),
      data,
      {
        logLikelihood: { samples: 3 },
      },
    );
    // float32 log-densities of size 5: a few 1e-6
    expect(logLikelihood?.negativeLogLikelihood).toBeCloseTo(-knownLogLikelihood(), 5);
    expect(logLikelihood?.negativeElbo).toBeCloseTo(-knownLogLikelihood(), 5);
    expect(logLikelihood?.effectiveSamples).toBeCloseTo(3, 4);
    expect(logLikelihood?.examples).toBe(n);
    expect(negativeElbo).toBe(reconstruction + (kl ?? 0));
  });

  test("otherwise tightens with the draws and converges to the known one", async () => {
    const model = linear(0.7);
    const estimate = async (k: number): Promise<number> => {
      const { logLikelihood } = await evaluateModelIn(engine, model, data, { logLikelihood: { samples: k } });
      return logLikelihood?.negativeLogLikelihood ?? Number.NaN;
    };
    const [one, four, many] = [await estimate(1), await estimate(4), await estimate(2000)];
    const known = -knownLogLikelihood();
    expect(one).toBeGreaterThan(four + 0.02);
    expect(four).toBeGreaterThan(many + 0.02);
    // 600 examples with 2,000 draws each: measured with five other seeds, the average is off by 1.4e-3 at most
    expect(Math.abs(many - known)).toBeLessThan(4e-3);
  });

  test("does not depend on the pieces in which it is computed", async () => {
    const model = linear(0.5);
    const estimate = async (chunk: number) =>
      (await evaluateModelIn(engine, model, data, { logLikelihood: { samples: 50, examples: 40, chunk } }))
        .logLikelihood;
    const whole = await estimate(1_000_000);
    for (const chunk of [3 * 7, 3 * 50 * 3, 3 * 120]) {
      const pieces = await estimate(chunk);
      expect(pieces?.negativeLogLikelihood).toBeCloseTo(whole?.negativeLogLikelihood ?? 0, 5);
      expect(pieces?.effectiveSamples).toBeCloseTo(whole?.effectiveSamples ?? 0, 3);
    }
    expect(whole?.examples).toBe(40);
  });

  test("is refused for a prior without density, with the reason", async () => {
    const points = [
      [0, 1],
      [1, 0],
    ];
    const model = linear(0, linearModel(samples({ points })));
    await expect(
      evaluateModelIn(engine, model, data, {
        objective: waeMmd({ encoder: "random" }),
        logLikelihood: { samples: 5 },
      }),
    ).rejects.toThrow(/the log-likelihood: the prior samples is known by samples only/);
    const plain = await evaluateModelIn(engine, model, data, {
      objective: waeMmd({ encoder: "random" }),
      latentUse: true,
    });
    expect(plain).toMatchObject({ kl: null, negativeElbo: null, klMethod: "none" });
    expect(plain.latentUse).toMatchObject({ klPerDimension: null, mutualInformation: { marginalKl: null } });
    await expect(evaluateModelIn(engine, linear(0), data, { logLikelihood: { samples: 0 } })).rejects.toThrow(
      /samples must be a whole number from 1/,
    );
  });
});

describe("the use of the latent variable", () => {
  test("rate by dimension, mutual information and marginal divergence of a known model", async () => {
    const { latentUse, kl } = await evaluateModelIn(engine, linear(0), data, { latentUse: true });
    const each = latentUse?.klPerDimension ?? [];
    expect((each[0] ?? 0) + (each[1] ?? 0)).toBeCloseTo(kl ?? Number.NaN, 5);
    const { mutualInformation = 0, marginalKl, examples } = latentUse?.mutualInformation ?? {};
    // 600 examples, in whole batches of 250
    expect(examples).toBe(500);
    const known = squares.reduce((sum, w) => sum + 0.5 * Math.log(1 + w / (s * s)), 0);
    // an average of 500 log-ratios, each with a spread below 0.7: four standard errors are 0.12
    expect(Math.abs(mutualInformation - known)).toBeLessThan(0.12);
    expect(Math.abs(marginalKl ?? 1)).toBeLessThan(0.05);
    expect(latentUse?.neighbourAccuracy).toBeNull();
  });

  test("an autoencoder has codes, but no rate", async () => {
    const options = { objective: autoencoder(), latentUse: true };
    const { kl, latentUse, activeUnits } = await evaluateModelIn(engine, linear(0), data, options);
    expect(kl).toBeNull();
    expect(activeUnits).toBe(2);
    expect(latentUse).toEqual({ klPerDimension: null, mutualInformation: null, neighbourAccuracy: null });
  });

  test("nearest neighbours' labels are those of a search by hand", async () => {
    const points = (count: number, seed: number): Tensor<"float32"> =>
      tensor("float32", [count, 2], new RandomStream(seed, "p").normal(new Float32Array(2 * count), 0));
    const labelsOf = ({ data: p, shape }: Tensor<"float32">): Int32Array =>
      Int32Array.from({ length: shape[0] ?? 0 }, (_, i) => ((p[2 * i] ?? 0) > (p[2 * i + 1] ?? 0) ? 1 : 0));
    const [known, queries] = [points(60, 1), points(45, 2)];
    const [a, b] = [labelsOf(known), labelsOf(queries)];
    let right = 0;
    for (let q = 0; q < 45; q++) {
      let [best, at] = [Infinity, 0];
      for (let i = 0; i < 60; i++) {
        const distance =
          ((known.data[2 * i] ?? 0) - (queries.data[2 * q] ?? 0)) ** 2 +
          ((known.data[2 * i + 1] ?? 0) - (queries.data[2 * q + 1] ?? 0)) ** 2;
        if (distance < best) [best, at] = [distance, i];
      }
      if (a[at] === b[q]) right++;
    }
    const got = await nearestNeighbourAccuracy(
      engine,
      { codes: known, labels: a },
      { codes: queries, labels: b },
    );
    expect(got).toBe(right / 45);
    expect(got).toBeLessThan(1);
  });

  test("labels of test examples are looked up among the training examples", async () => {
    const labelled = fromArrays({
      name: "labelled",
      train: {
        examples: tensor("float32", [50, 3], drawn(50, 2)),
        labels: Array.from({ length: 50 }, (_, i) => i % 2),
      },
      test: {
        examples: tensor("float32", [50, 3], drawn(50, 2)),
        labels: Array.from({ length: 50 }, (_, i) => (i < 40 ? i % 2 : 5)),
      },
    });
    const { latentUse } = await evaluateModelIn(engine, linear(0), labelled, { latentUse: true });
    expect(latentUse?.neighbourAccuracy).toBeCloseTo(0.8, 12);
  });
});
