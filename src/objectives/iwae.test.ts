import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import {
  bernoulli,
  independent,
  normal,
  oneHotCategorical,
  relaxedOneHotCategorical,
  samples,
  vonMisesFisher,
} from "../distributions/index.js";
import { constant, type Expr } from "../graph/index.js";
import { golden, numbersOf, worstError } from "../testing/evaluate.js";
import { contextOf, filledConstant, givenNoise, normalVectors } from "../testing/objective-context.js";
import { RandomStream } from "../tensor/index.js";
import { elbo, iwae, weightedDraws } from "./index.js";

interface Golden {
  readonly iwae: {
    readonly q: { readonly loc: number[][]; readonly scale: number[][] };
    readonly eps: number[][][];
    readonly W: number[][];
    readonly b: number[];
    readonly x: number[][];
    readonly byK: Record<
      string,
      { readonly bound: number[]; readonly dLoc: number[][]; readonly dScale: number[][] }
    >;
  };
}

const { iwae: reference } = golden("bounds.json") as Golden;
const [batch, latent, pixels] = [reference.x.length, reference.q.loc[0]?.length ?? 0, reference.b.length];

function referenceContext(k: number, dtype: "float32" | "float64") {
  const loc = filledConstant(reference.q.loc.flat(), [batch, latent], dtype);
  const scale = filledConstant(reference.q.scale.flat(), [batch, latent], dtype);
  const W = filledConstant(reference.W.flat(), [latent, pixels], dtype);
  const b = filledConstant(reference.b, [pixels], dtype);
  const eps = reference.eps.slice(0, k).flat(2);
  const context = contextOf(
    {
      x: filledConstant(reference.x.flat(), [batch, pixels], dtype),
      encode: () => normalVectors(loc, scale),
      decode: (z) => independent(bernoulli.of({ logits: z.matmul(W).add(b) })),
      noise: givenNoise([eps], dtype),
    },
    latent,
  );
  return { context, loc, scale };
}

describe.each([
  ["float64", 1e-9],
  ["float32", 1e-4],
] as const)("golden bounds in %s", (dtype, tolerance) => {
  test.each(Object.keys(reference.byK).map(Number))("k = %i: bound and gradients", async (k) => {
    const expected = reference.byK[String(k)];
    const { context, loc, scale } = referenceContext(k, dtype);
    const { logWeights } = weightedDraws(context.encode(context.x), context, k);
    const bound = logWeights.logSumExp(0).sub(Math.log(k));
    const fresh = referenceContext(k, dtype);
    const { loss, terms } = iwae({ k }).build(fresh.context);
    const [dLoc, dScale] = grad(loss.mul(-batch), [fresh.loc, fresh.scale]) as [Expr, Expr];
    const [boundLoc] = grad(bound.sum(), [loc, scale]) as [Expr, Expr];
    const got = await numbersOf({ bound, loss, dLoc, dScale, boundLoc, rate: terms.kl as Expr });
    expect(worstError(got.bound, expected?.bound ?? []).error).toBeLessThan(tolerance);
    expect(worstError(got.dLoc, expected?.dLoc.flat() ?? []).error).toBeLessThan(tolerance);
    expect(worstError(got.boundLoc, expected?.dLoc.flat() ?? []).error).toBeLessThan(tolerance);
    expect(worstError(got.dScale, expected?.dScale.flat() ?? []).error).toBeLessThan(tolerance);
    const mean = (expected?.bound ?? []).reduce((a, b) => a + b, 0) / batch;
    expect(worstError(got.loss, [-mean]).error).toBeLessThan(tolerance);
  });
});

/** p(z) = N(0, I), p(x|z) = N(zW + b, s^2), q(z|x) = N(loc, scale) with loc and scale not the exact posterior's. */
function linearGaussian(n: number, seed: number, k: number) {
  const dtype = "float64";
  const noise = new RandomStream(seed, "linear");
  const normals = (name: string, size: number): number[] => [
    ...noise.child(name).normal(new Float64Array(size), 0),
  ];
  const loc = filledConstant(normals("loc", 2 * n), [n, 2], dtype);
  const scale = filledConstant(
    normals("scale", 2 * n).map((value) => Math.exp(0.3 * value - 0.5)),
    [n, 2],
    dtype,
  );
  const W = filledConstant([0.8, -0.5, 0.3, 0.4, 0.9, -0.7], [2, 3], dtype);
  const x = filledConstant(normals("x", 3 * n), [n, 3], dtype);
  const eps = normals("eps", 2 * n * k);
  const context = contextOf(
    {
      x,
      encode: () => normalVectors(loc, scale),
      decode: (z) => independent(normal.of({ loc: z.matmul(W), scale: constant(0.8, dtype) })),
      noise: givenNoise([eps], dtype),
    },
    2,
  );
  return { context, loc, scale, W, eps };
}

test("the doubly reparameterised gradient is the sum of squared weights times the path's derivative", async () => {
  const [n, k] = [4, 3];
  const { context, loc, scale, W, eps } = linearGaussian(n, 1, k);
  const { loss } = iwae({ k, dreg: true }).build(context);
  const [dLoc, dScale, dW] = grad(loss, [loc, scale, W]) as [Expr, Expr, Expr];

  // the paper's formula written out: log w at free z with q's parameters held fixed
  const again = linearGaussian(n, 1, k);
  const z = filledConstant(eps, [k, n, 2], "float64").mul(again.scale).add(again.loc).stopGradient();
  const q = normalVectors(again.loc.stopGradient(), again.scale.stopGradient());
  const logWeights = again.context
    .decode(z)
    .logProb(again.context.x)
    .add(again.context.prior.logProb(z))
    .sub(q.logProb(z));
  const slope = grad(logWeights.sum(), [z])[0] as Expr;
  const weights = logWeights.softmax(0).square().unsqueeze(-1);
  const path = weights.mul(slope).div(-n);
  const expectedLoc = path.sum(0);
  const expectedScale = path.mul(filledConstant(eps, [k, n, 2], "float64")).sum(0);
  const plain = linearGaussian(n, 1, k);
  const value = iwae({ k }).build(plain.context).loss;
  const plainW = grad(value, [plain.W])[0] as Expr;
  const got = await numbersOf({ dLoc, dScale, dW, expectedLoc, expectedScale, plainW, loss, value });
  // float64 rounding of a few hundred operations
  expect(worstError(got.dLoc, got.expectedLoc).error).toBeLessThan(1e-12);
  expect(worstError(got.dScale, got.expectedScale).error).toBeLessThan(1e-12);
  expect(worstError(got.dW, got.plainW).error).toBeLessThan(1e-12);
  expect(worstError(got.loss, got.value).error).toBeLessThan(1e-14);
});

test("doubly reparameterised and plain gradients agree in expectation, and the former varies less", async () => {
  const [repeats, k] = [20_000, 5];
  const gradients = async (dreg: boolean): Promise<number[]> => {
    // one example, repeated: each row of the batch is an independent draw of the gradient
    const { context, loc, scale } = linearGaussian(1, 3, 1);
    const many = loc.expand([repeats, 2]).add(0);
    const eps = [...new RandomStream(5, "repeats").normal(new Float64Array(2 * repeats * k), 0)];
    const { loss } = iwae({ k, dreg }).build({
      ...context,
      encode: () => normalVectors(many, scale),
      noise: givenNoise([eps], "float64"),
    });
    const [dLoc] = grad(loss.mul(repeats), [many]) as [Expr];
    return (await numbersOf({ first: dLoc.slice(1, 0, 1) })).first;
  };
  const [plain, doubly] = [await gradients(false), await gradients(true)];
  const statistics = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
    return { mean, variance };
  };
  const [a, b] = [statistics(plain), statistics(doubly)];
  const error = Math.sqrt((a.variance + b.variance) / repeats);
  // paired noise makes the true error smaller still; four standard errors
  expect(Math.abs(a.mean - b.mean)).toBeLessThan(4 * error);
  expect(b.variance).toBeLessThan(a.variance);
});

test("more draws tighten the bound in expectation, up to the known log-likelihood", async () => {
  const [n, repeats] = [3, 4000];
  const bounds: number[] = [];
  for (const k of [1, 4, 16]) {
    const { context, loc, scale } = linearGaussian(n, 7, 1);
    const eps = [...new RandomStream(11, "bound", k).normal(new Float64Array(2 * n * repeats * k), 0)];
    const { loss } = iwae({ k }).build({
      ...context,
      x: context.x.unsqueeze(0).expand([repeats, n, 3]),
      encode: () => normalVectors(loc.expand([repeats, n, 2]), scale.expand([repeats, n, 2])),
      noise: givenNoise([eps], "float64"),
    });
    bounds.push(-((await numbersOf({ loss })).loss[0] ?? Number.NaN));
  }
  // log N(x; 0, WW' + s^2 I) from the matrix determinant and inverse of a 3x3
  const { context } = linearGaussian(n, 7, 1);
  const x = (await numbersOf({ x: context.x })).x;
  const w = [
    [0.8, 0.4],
    [-0.5, 0.9],
    [0.3, -0.7],
  ];
  const C = w.map((row, i) =>
    w.map((other, j) => row.reduce((sum, value, d) => sum + value * (other[d] ?? 0), i === j ? 0.64 : 0)),
  ) as [number[], number[], number[]];
  const at = (i: number, j: number): number => C[i % 3]?.[j % 3] ?? Number.NaN;
  const minor = (i: number, j: number): number =>
    at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1);
  const det = at(0, 0) * minor(0, 0) + at(0, 1) * minor(0, 1) + at(0, 2) * minor(0, 2);
  let logLikelihood = 0;
  for (let e = 0; e < n; e++) {
    let form = 0;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) form += ((x[3 * e + i] ?? 0) * minor(i, j) * (x[3 * e + j] ?? 0)) / det;
    logLikelihood += -0.5 * (form + Math.log(det) + 3 * Math.log(2 * Math.PI));
  }
  logLikelihood /= n;
  const [one = 0, four = 0, sixteen = 0] = bounds;
  // the gaps between the expectations are nats wide here, the errors of the averages below 0.05
  expect(one).toBeLessThan(four - 0.1);
  expect(four).toBeLessThan(sixteen - 0.1);
  expect(sixteen).toBeLessThan(logLikelihood + 0.02);
});

test("with one draw it is the ELBO with its KL divergence estimated from the draw", async () => {
  const k1 = linearGaussian(3, 2, 1);
  const { loss, terms } = iwae({ k: 1 }).build(k1.context);
  const { loss: exact, terms: parts } = elbo().build(linearGaussian(3, 2, 1).context);
  const got = await numbersOf({
    loss,
    sum: (terms.reconstruction as Expr).add(terms.kl as Expr),
    exact,
    reconstruction: (terms.reconstruction as Expr).sub(parts.reconstruction as Expr),
  });
  expect(got.sum[0]).toBeCloseTo(got.loss[0] ?? Number.NaN, 12);
  expect(Math.abs(got.reconstruction[0] ?? 1)).toBeLessThan(1e-13);
  expect(got.exact[0]).not.toBeCloseTo(got.loss[0] ?? 0, 3);
});

test("what it can't do is refused with the reason", () => {
  expect(() => iwae({ k: 0 })).toThrow(/iwae: k must be a whole number from 1/);
  expect(() => iwae({ k: 2.5 })).toThrow(/whole number/);
  const { context } = linearGaussian(2, 1, 5);
  const sampled = { ...context, prior: samples.of([[0, 0]], 0, "float64") };
  expect(() => iwae().build(sampled)).toThrow(/known by samples only.*wae-mmd/);
  const sphere = vonMisesFisher.of({
    loc: filledConstant([1, 0, 0, 1], [2, 2], "float64"),
    concentration: filledConstant([1, 2], [2], "float64"),
  });
  expect(() => iwae().build({ ...context, encode: () => sphere })).toThrow(
    /no density under the prior normal/,
  );

  // between a relaxed and a discrete distribution there is a KL divergence, but no ratio of densities
  const logits = filledConstant([1, 0, 0, 1], [2, 2], "float64");
  const relaxed = relaxedOneHotCategorical.of({ logits });
  const oneHot = oneHotCategorical.of({ logits: filledConstant([0, 0], [2], "float64") });
  expect(() => iwae().build({ ...context, encode: () => relaxed, prior: oneHot })).toThrow(
    /weighs draws by their density.*straight-through draws/,
  );
});
