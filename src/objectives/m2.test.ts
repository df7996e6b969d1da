import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { bernoulli, type Distribution, independent } from "../distributions/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { concat } from "../ops/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { contextOf, filledConstant, givenNoise, normalVectors } from "../testing/objective-context.js";
import { m2, type ObjectiveContext, objectives } from "./index.js";

const [batch, classes, size, latent] = [3, 2, 4, 2];
const dtype = "float64";
const wave = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => Math.sin(seed + 2.3 * i));

const x = [1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0];
/** The second example's class is not known. */
const label = [1, 0, 0, 0, 0, 1];
/** The same for either class. */
const eps = wave(batch * latent, 5);
const shapes = {
  encoder: [size + classes, 2 * latent],
  decoder: [latent + classes, size],
  tell: [size, classes],
  prior: [classes, latent],
};
const parameters = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], i) => [
    name,
    tensor(
      dtype,
      shape,
      Float64Array.from(
        wave(
          shape.reduce((a, b) => a * b),
          i + 1,
        ),
        (v) => 0.7 * v,
      ),
    ),
  ]),
) as Record<keyof typeof shapes, Tensor<"float64">>;

/** A linear conditional model: every part one matrix. */
function contextWith(labels: readonly number[]): {
  context: ObjectiveContext;
  weights: Record<string, Expr>;
} {
  const weights = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, input(name, dtype, shape)]),
  ) as Record<keyof typeof shapes, Expr>;
  const given = (condition: Expr): Pick<ObjectiveContext, "encode" | "decode" | "prior"> => ({
    encode: (examples): Distribution => {
      const raw = concat([examples, condition]).matmul(weights.encoder);
      const [mean, logVar] = raw.split(-1, [latent, latent]) as [Expr, Expr];
      return normalVectors(mean, logVar.mul(0.5).exp());
    },
    decode: (z) => independent(bernoulli.of({ logits: concat([z, condition]).matmul(weights.decoder) })),
    prior: normalVectors(condition.matmul(weights.prior), constant(1, dtype)),
  });
  const own = filledConstant(labels, [batch, classes], dtype);
  const context = contextOf(
    {
      x: filledConstant(x, [batch, size], dtype),
      ...given(own),
      given,
      classify: (examples) => examples.matmul(weights.tell),
      label: own,
      noise: givenNoise([eps], dtype),
    },
    latent,
  );
  return { context, weights };
}

const row = (matrix: Tensor<"float64">, values: readonly number[]): number[] => {
  const [, width = 0] = matrix.shape;
  return Array.from({ length: width }, (_, j) =>
    values.reduce((sum, v, i) => sum + v * (matrix.data[i * width + j] ?? 0), 0),
  );
};

/** Reconstruction and KL of example n as if of class y, by their formulas. */
function asClass(n: number, y: number): { reconstruction: number; kl: number } {
  const one = [0, 1].map((k) => (k === y ? 1 : 0));
  const own = x.slice(n * size, (n + 1) * size);
  const raw = row(parameters.encoder, [...own, ...one]);
  const [mean, logVar] = [raw.slice(0, latent), raw.slice(latent)];
  const z = mean.map((m, k) => m + Math.exp((logVar[k] as number) / 2) * (eps[n * latent + k] as number));
  const logits = row(parameters.decoder, [...z, ...one]);
  const centre = row(parameters.prior, one);
  return {
    reconstruction: own.reduce(
      (sum, bit, j) => sum + Math.log1p(Math.exp(logits[j] as number)) - bit * (logits[j] as number),
      0,
    ),
    kl: mean.reduce(
      (sum, m, k) =>
        sum +
        0.5 * (Math.exp(logVar[k] as number) + (m - (centre[k] as number)) ** 2 - 1 - (logVar[k] as number)),
      0,
    ),
  };
}

function sharesOf(n: number): number[] {
  const logits = row(parameters.tell, x.slice(n * size, (n + 1) * size));
  const total = logits.reduce((sum, v) => sum + Math.exp(v), 0);
  return logits.map((v) => Math.exp(v) / total);
}

describe("m2", () => {
  it("is the bound of the known class, or that averaged over q(y|x) less its entropy, and the classification loss", async () => {
    const { context } = contextWith(label);
    const { loss, terms } = m2({ alpha: 3 }).build(context);
    const got: Record<string, number[]> = await numbersOf({ ...terms, total: loss }, parameters);
    const sums = { reconstruction: 0, kl: 0, classEntropy: 0, classification: 0 };
    for (let n = 0; n < batch; n++) {
      const known = label.slice(2 * n, 2 * n + 2);
      const unknown = known.every((v) => v === 0);
      const shares = unknown ? sharesOf(n) : known;
      for (const y of [0, 1]) {
        const { reconstruction, kl } = asClass(n, y);
        sums.reconstruction += ((shares[y] as number) * reconstruction) / batch;
        sums.kl += ((shares[y] as number) * kl) / batch;
        if (unknown) sums.classEntropy -= ((shares[y] as number) * Math.log(shares[y] as number)) / batch;
        else sums.classification -= ((known[y] as number) * Math.log(sharesOf(n)[y] as number)) / 2;
      }
    }
    for (const [name, value] of Object.entries(sums)) expect(got[name]?.[0], name).toBeCloseTo(value, 12);
    const { reconstruction, kl, classEntropy, classification } = sums;
    const whole = reconstruction + kl + Math.log(classes) - classEntropy + 3 * classification;
    expect(got["total"]?.[0]).toBeCloseTo(whole, 12);
    expect(got["m2"]?.[0]).toBe(got["total"]?.[0]);
  });

  it.each([
    ["labels partly known", label],
    ["no labels", label.map(() => 0)],
  ])("has the gradient of its loss with %s", async (_, labels) => {
    const { context, weights } = contextWith(labels);
    const { loss } = m2().build(context);
    const names = Object.keys(shapes) as (keyof typeof shapes)[];
    const slopes = grad(
      loss,
      names.map((name) => weights[name] as Expr),
    );
    const found = await numbersOf(
      Object.fromEntries(slopes.map((slope, i) => [names[i] as string, slope])),
      parameters,
    );
    const at = async (name: keyof typeof shapes, i: number, by: number): Promise<number> => {
      const value = parameters[name];
      const moved = { ...value, data: value.data.map((v, j) => (j === i ? v + by : v)) };
      return (await numbersOf({ loss }, { ...parameters, [name]: moved })).loss[0] as number;
    };
    for (const name of names) {
      for (const i of [0, 3]) {
        const slope = ((await at(name, i, 1e-5)) - (await at(name, i, -1e-5))) / 2e-5;
        expect((found[name] as number[])[i], `${name}[${i}]`).toBeCloseTo(slope, 7);
      }
    }
  });

  it("says what a model without classes or classifier lacks, and comes back from its plain data", () => {
    const { context } = contextWith(label);
    const { x: examples, encode, decode, prior, noise, datasetSize, scheduled, given } = context;
    const without = {
      x: examples,
      encode,
      decode,
      prior,
      noise,
      datasetSize,
      scheduled,
      ...(given && { given }),
    };
    expect(() => m2().build(without)).toThrow("takes a model with a condition and a classifier");
    expect(objectives.from({ name: "m2", config: m2({ alpha: 2 }).config }).config).toEqual({ alpha: 2 });
    expect(() => m2({ alpha: -1 })).toThrow("alpha");
  });
});
