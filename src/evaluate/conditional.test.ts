import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromArrays } from "../data/index.js";
import { classNormal, normal } from "../distributions/index.js";
import { TrainedVae, vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, tensor } from "../tensor/index.js";
import { evaluateModelIn, scoreModelIn } from "./index.js";

/*
 * A linear conditional model whose likelihood is known: z|y ~ N(m_y, v_y), x|z,y = w z + b_y + s noise, one coordinate of z. Then
 * x|y is normal with mean w m_y + b_y and covariance v_y w w' + s^2 I, and the exact posterior q(z|x, y) has the precision
 * 1/v_y + |w|^2/s^2. With equal v it is within reach of one linear layer.
 */
const s = 0.6;
const w = [0.8, -0.5] as const;
const v = 1.7;
const m = [-1, 0.5, 2] as const;
const b = [
  [0.3, 1],
  [-2, 0],
  [1, 1.5],
] as const;
const n = 300;

const labels = Int32Array.from({ length: n }, (_, i) => i % 3);
const noise = new RandomStream(3, "linear").normal(new Float64Array(3 * n), 0);
const x = Float32Array.from({ length: 2 * n }, (_, i) => {
  const [row, j] = [Math.floor(i / 2), i % 2];
  const y = labels[row] as 0;
  const z = m[y] + Math.sqrt(v) * (noise[3 * row] ?? 0);
  return w[j as 0] * z + b[y][j as 0] + s * (noise[3 * row + 1 + j] ?? 0);
});
const part = { examples: tensor("float32", [n, 2], x), labels };
const data = fromArrays({ name: "linear", train: part, test: part });

/** log N(x; w m_y + b_y, v w w' + s^2 I) of example i. */
function known(i: number): number {
  const y = labels[i] as 0;
  const d = [0, 1].map((j) => (x[2 * i + j] ?? 0) - w[j as 0] * m[y] - b[y][j as 0]) as [number, number];
  const square = w[0] ** 2 + w[1] ** 2;
  const determinant = s ** 4 * (1 + (v * square) / s ** 2);
  const along = d[0] * w[0] + d[1] * w[1];
  const distance =
    (d[0] ** 2 + d[1] ** 2) / s ** 2 - (v * along ** 2) / (s ** 4 * (1 + (v * square) / s ** 2));
  return -Math.log(2 * Math.PI) - 0.5 * Math.log(determinant) - 0.5 * distance;
}

const precision = 1 / v + (w[0] ** 2 + w[1] ** 2) / s ** 2;
const gain = w.map((value) => value / s ** 2 / precision);
const shift = m.map(
  (own, y) => own / v / precision - gain.reduce((sum, g, j) => sum + g * b[y as 0][j as 0], 0),
);
const definition = vae({
  input: [2],
  latent: 1,
  hidden: [],
  likelihood: normal({ scale: s }),
  prior: classNormal(),
  condition: { classes: 3 },
});
const model = new TrainedVae(
  definition,
  {
    "encoder.0.weight": tensor("float32", [2, 5], Float32Array.from([...gain, ...shift, 0, 0, 0, 0, 0])),
    "encoder.0.bias": tensor("float32", [2], Float32Array.of(0, -Math.log(precision))),
    "decoder.0.weight": tensor(
      "float32",
      [2, 4],
      Float32Array.from([0, 1].flatMap((j) => [w[j as 0], ...b.map((row) => row[j as 0])])),
    ),
    "decoder.0.bias": tensor("float32", [2]),
    "prior.mean": tensor("float32", [3, 1], Float32Array.from(m)),
    "prior.logVar": tensor("float32", [3, 1], new Float32Array(3).fill(Math.log(v))),
  },
  () => nodeBackend("cpu", 1),
);

let engine: LocalEngine;
beforeAll(async () => {
  engine = new LocalEngine(await nodeBackend("cpu", 1));
});
afterAll(() => engine.close());

describe("a conditional model", () => {
  it("has the likelihood log p(x|y) that is known, from any number of draws", async () => {
    const evaluation = await evaluateModelIn(engine, model, data, {
      logLikelihood: { samples: 4 },
      latentUse: true,
    });
    const mean = Array.from(labels, (_, i) => known(i)).reduce((a, c) => a + c, 0) / n;
    // float32 log-densities of size 4: a few 1e-6
    expect(evaluation.logLikelihood?.negativeLogLikelihood).toBeCloseTo(-mean, 5);
    expect(evaluation.logLikelihood?.effectiveSamples).toBeCloseTo(4, 3);
    expect(evaluation.klMethod).toBe("exact");
    expect(evaluation.latentUse?.mutualInformation).toBeNull();
    expect(evaluation.latentUse?.klPerDimension?.[0]).toBeCloseTo(evaluation.kl ?? Number.NaN, 5);
    const { negativeLogLikelihood = [] } = await scoreModelIn(engine, model, data, { samples: 2 });
    for (const i of [0, 1, 2, 77]) expect(negativeLogLikelihood[i]).toBeCloseTo(-known(i), 4);
  });

  it("is less likely with the labels of others", async () => {
    const others = { ...part, labels: labels.map((label) => (label + 1) % 3) };
    const wrong = fromArrays({ name: "wrong", train: others, test: others });
    const [right, exchanged] = [
      await evaluateModelIn(engine, model, data),
      await evaluateModelIn(engine, model, wrong),
    ];
    expect((exchanged.negativeElbo ?? 0) - (right.negativeElbo ?? 0)).toBeGreaterThan(1);
  });

  it("draws p(z|y) and decodes p(x|z, y)", async () => {
    const count = 4000;
    const z = await model.samplePrior(count, { condition: 2 });
    const mean = z.data.reduce((a, c) => a + c, 0) / count;
    // five standard errors
    expect(Math.abs(mean - m[2])).toBeLessThan((5 * Math.sqrt(v)) / Math.sqrt(count));
    const drawn = await model.generate(count, { condition: 0, draw: true, seed: 3 });
    const first = drawn.data.filter((_, i) => i % 2 === 0).reduce((a, c) => a + c, 0) / count;
    expect(Math.abs(first - (w[0] * m[0] + b[0][0]))).toBeLessThan(
      (5 * Math.sqrt(v * w[0] ** 2 + s ** 2)) / Math.sqrt(count),
    );
    await model.close();
  });

  it("refuses data without labels, and with labels that it doesn't know", async () => {
    const bare = fromArrays({ name: "bare", train: part.examples, test: part.examples });
    await expect(evaluateModelIn(engine, model, bare)).rejects.toThrow("bare (test) has no labels");
    const odd = { ...part, labels: labels.map((label) => (label === 2 ? 7 : label)) };
    await expect(
      evaluateModelIn(engine, model, fromArrays({ name: "odd", train: odd, test: odd })),
    ).rejects.toThrow("odd (test): example 2 has the label 7; the model's classes are 0 to 2");
  });
});
