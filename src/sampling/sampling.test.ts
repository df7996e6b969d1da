import { describe, expect, test } from "vitest";
import { TrainedVae, vae } from "../model/index.js";
import { initialValues } from "../nn/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import type { Platform } from "../train/index.js";
import { fitFlowOn, fitGaussianMixture, generateFrom, samplers } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

/** Two normal distributions, 70% around (-3, 1) and 30% around (4, -2), the second one slanted. */
function twoGroups(n: number, seed: number): Tensor<"float32"> {
  const noise = new RandomStream(seed, "groups").normal(new Float64Array(2 * n), 0);
  const level = new RandomStream(seed, "which").uniform(new Float64Array(n), 0);
  const data = Float32Array.from({ length: 2 * n }, (_, i) => {
    const [row, d] = [Math.floor(i / 2), i % 2];
    const [a = 0, b = 0] = [noise[2 * row], noise[2 * row + 1]];
    if ((level[row] ?? 0) < 0.7) return d === 0 ? -3 + 0.5 * a : 1 + b;
    return d === 0 ? 4 + a : -2 + 0.8 * a + 0.6 * b;
  });
  return tensor("float32", [n, 2], data);
}

describe("a Gaussian mixture", () => {
  test("finds weights, means and covariances; every round raises the likelihood", () => {
    const mixture = fitGaussianMixture(twoGroups(4000, 1), { components: 2, seed: 3 });
    expect(mixture.converged).toBe(true);
    const [big, small] = [...mixture.components].sort((a, b) => b.weight - a.weight);
    // 4,000 points: standard errors of a share 0.007, of means below 0.03, of covariances below 0.05
    expect(big?.weight).toBeCloseTo(0.7, 1);
    const near = (got: ArrayLike<number> | undefined, want: number[], within: number): void =>
      want.forEach((value, i) => expect(Math.abs((got?.[i] ?? Infinity) - value)).toBeLessThan(within));
    near(big?.mean, [-3, 1], 0.1);
    near(small?.mean, [4, -2], 0.15);
    near(big?.factor, [0.5, 0, 0, 1], 0.08);
    near(small?.factor, [1, 0, 0.8, 0.6], 0.12);
    mixture.history.slice(1).forEach((value, i) => {
      expect(value).toBeGreaterThan((mixture.history[i] ?? 0) - 1e-9);
    });
  });

  test("its density is the mixture's, and integrates to one", () => {
    const mixture = fitGaussianMixture(twoGroups(500, 2), { components: 3 });
    const [from, to, steps] = [-9, 11, 400];
    const h = (to - from) / steps;
    const grid = tensor(
      "float64",
      [steps * steps, 2],
      Float64Array.from({ length: 2 * steps * steps }, (_, i) => {
        const cell = Math.floor(i / 2);
        return from + h * ((i % 2 === 0 ? cell % steps : Math.floor(cell / steps)) + 0.5);
      }),
    );
    const total = mixture.logDensity(grid).reduce((sum, log) => sum + Math.exp(log), 0) * h * h;
    // the tails outside, and the midpoint rule where components are narrow
    expect(total).toBeCloseTo(1, 3);
  });

  test("draws have the codes' mean and covariance; draw i depends on the seed and i alone", async () => {
    const codes = twoGroups(2000, 4);
    const mixture = fitGaussianMixture(codes, { components: 2 });
    const draws = await mixture.draw(20_000, 7);
    const moments = ({ data, shape }: Tensor<"float32">): number[] => {
      const n = shape[0] ?? 0;
      const mean = [0, 1].map((d) => data.reduce((sum, v, i) => sum + (i % 2 === d ? v : 0), 0) / n);
      const product = (a: number, b: number): number => {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += (data[2 * i + a] ?? 0) * (data[2 * i + b] ?? 0);
        return sum / n - (mean[a] ?? 0) * (mean[b] ?? 0);
      };
      return [...mean, product(0, 0), product(0, 1), product(1, 1)];
    };
    const want = moments(codes);
    // the mixture keeps the codes' moments; 20,000 draws of spread 3 and squares of spread 10: errors below 0.1
    moments(draws).forEach((value, i) => expect(Math.abs(value - (want[i] ?? 0))).toBeLessThan(0.3));
    expect((await mixture.draw(5, 7)).data).toEqual(draws.data.slice(0, 10));
    expect((await mixture.draw(5, 8)).data).not.toEqual(draws.data.slice(0, 10));
  });

  test("is the same for the same seed, and stays finite where codes coincide", () => {
    const codes = twoGroups(300, 5);
    expect(fitGaussianMixture(codes, { seed: 1 }).history).toEqual(
      fitGaussianMixture(codes, { seed: 1 }).history,
    );
    const same = tensor("float32", [20, 2], new Float32Array(40).fill(1));
    same.data[0] = 2;
    expect(fitGaussianMixture(same, { components: 4 }).history.every(Number.isFinite)).toBe(true);
    expect(() => fitGaussianMixture(same, { components: 30 })).toThrow(/from 1 to the 20 codes/);
    same.data[0] = Number.NaN;
    expect(() => fitGaussianMixture(same, { components: 2 })).toThrow(/not all finite/);
  });
});

describe("a flow", () => {
  test("fits a crescent better than one normal distribution, in the codes' own units", async () => {
    const n = 2000;
    const noise = new RandomStream(1, "crescent").normal(new Float64Array(2 * n), 0);
    const data = Float32Array.from({ length: 2 * n }, (_, i) => {
      const [a = 0, b = 0] = [noise[i - (i % 2)], noise[i - (i % 2) + 1]];
      return i % 2 === 0 ? 30 * a + 100 : a * a + 0.3 * b;
    });
    const codes = tensor("float32", [n, 2], data);
    const flow = await fitFlowOn(platform, codes, { layers: 4, hidden: [24], epochs: 12, lr: 5e-3 });
    const last = flow.history.at(-1) ?? Number.NaN;
    const one = -(fitGaussianMixture(codes, { components: 1 }).history.at(-1) ?? Number.NaN);
    // the truth is log(30) + log(0.3) + 1 + log(2 pi) = 5.03 nats
    expect(last).toBeLessThan(one - 0.3);
    expect(last).toBeGreaterThan(5);
    const draws = await flow.draw(2000, 3);
    const mean = draws.data.reduce((sum, v, i) => sum + (i % 2 === 0 ? v : 0), 0) / 2000;
    expect(Math.abs(mean - 100)).toBeLessThan(6);
    expect((await flow.draw(3, 3)).data).toEqual(draws.data.slice(0, 6));
    await flow.close();
  });

  test("refuses what it can't be fitted to", async () => {
    await expect(fitFlowOn(platform, tensor("float32", [5, 2]))).rejects.toThrow(/20 codes or more/);
    await expect(fitFlowOn(platform, tensor("float32", [50, 1]))).rejects.toThrow(
      /at least 2 latent coordinates/,
    );
  });
});

describe("samplers by name", () => {
  const definition = vae({ input: [2, 2], latent: 2, hidden: [4] });
  const model = new TrainedVae(definition, initialValues(definition.parameters, 0), () =>
    nodeBackend("cpu", 1),
  );
  const source = { model, codes: async () => twoGroups(200, 1), platform };

  test("prior is the model's own, gmm is fitted; both are decoded", async () => {
    const prior = await samplers.from("prior")(source);
    const images = await generateFrom(model, prior, 3, 5);
    expect(images.data).toEqual((await model.generate(3, { seed: 5 })).data);
    const gmm = await samplers.from("gmm(components=4)")(source);
    expect(gmm.description).toMatch(/a mixture of 4 normal distributions, log-likelihood -?\d/);
    expect((await generateFrom(model, gmm, 3)).shape).toEqual([3, 2, 2]);
    await expect(generateFrom(model, gmm, 0)).rejects.toThrow(/must be from 1/);
    await model.close();
  });

  test("mistakes are refused with a suggestion", () => {
    expect(samplers.list().map(({ name }) => name)).toEqual(["flow", "gmm", "prior"]);
    expect(() => samplers.from("gnm")(source)).toThrow(/unknown sampler "gnm"; did you mean "gmm"/);
    expect(() => samplers.from("gmm(component=4)")(source)).toThrow(/gmm has no option "component"/);
  });
});
