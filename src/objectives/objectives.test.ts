import { expect, test } from "vitest";
import {
  bernoulli,
  type Distribution,
  independent,
  laplace,
  product,
  samples,
  vonMisesFisher,
} from "../distributions/index.js";
import { constant, type Expr } from "../graph/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { contextOf, filledConstant, givenNoise, normalVectors } from "../testing/objective-context.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { RandomStream } from "../tensor/index.js";
import {
  aggregateDensities,
  autoencoder,
  betaTcVae,
  betaVae,
  dipVae,
  elbo,
  freeBits,
  infoVae,
  klByCoordinate,
  type ObjectiveContext,
  raeL2,
  slicedWasserstein,
  slicedWassersteinSquared,
  waeMmd,
} from "./index.js";

const [batch, latent, pixels] = [4, 2, 3];
const dtype = "float64";

function normals(name: string, size: number): number[] {
  return [...new RandomStream(4, name).normal(new Float64Array(size), 0)];
}

const W = filledConstant(normals("W", latent * pixels), [latent, pixels], dtype);
const loc = filledConstant(normals("loc", batch * latent), [batch, latent], dtype);
const scale = filledConstant([0.5, 1.2, 0.7, 0.4, 1.1, 0.9, 0.6, 0.8], [batch, latent], dtype);
const eps = normals("eps", batch * latent);

/** A small model with a normal posterior; more noise than the posterior's may be given. */
function context(
  parts: Partial<ObjectiveContext> = {},
  noise: number[][] = [],
  step?: number,
): ObjectiveContext {
  return contextOf(
    {
      x: filledConstant(
        normals("x", batch * pixels).map((v) => (v > 0 ? 1 : 0)),
        [batch, pixels],
        dtype,
      ),
      encode: () => normalVectors(loc, scale),
      decode: (z) => independent(bernoulli.of({ logits: z.matmul(W) })),
      noise: givenNoise([eps, ...noise], dtype),
      ...parts,
    },
    latent,
    step,
  );
}

async function termsOf(
  objective: { build: (c: ObjectiveContext) => { loss: Expr; terms: object } },
  c = context(),
) {
  const { loss, terms } = objective.build(c);
  const got = await numbersOf({ loss, ...(terms as Record<string, Expr>) });
  return Object.fromEntries(Object.entries(got).map(([key, [value = Number.NaN]]) => [key, value]));
}

const sphere = (): ReturnType<typeof vonMisesFisher.of> =>
  vonMisesFisher.of({
    loc: filledConstant([1, 0, 0, 1, 1, 0, 0, 1], [batch, latent], dtype),
    concentration: constant([1, 2, 3, 4], dtype),
  });

test("beta-vae: constant weight, and 1 is the ELBO", async () => {
  const plain = await termsOf(elbo());
  const { reconstruction = 0, kl = 0, loss = 0 } = await termsOf(betaVae({ beta: 3 }));
  expect(loss).toBeCloseTo(reconstruction + 3 * kl, 12);
  expect((await termsOf(betaVae({ beta: 1 }))).loss).toBeCloseTo(plain.negativeElbo ?? Number.NaN, 12);
});

test("beta-vae: schedules rise as they say, and are at their end in evaluation", async () => {
  const weights = async (options: Parameters<typeof betaVae>[0], steps: number[]): Promise<number[]> => {
    const values: number[] = [];
    for (const step of steps) {
      const { loss = 0, reconstruction = 0, kl = 0 } = await termsOf(betaVae(options), context({}, [], step));
      values.push((loss - reconstruction) / kl);
    }
    return values.map((value) => Number(value.toFixed(9)));
  };
  const linear = { beta: 2, schedule: "linear", warmup: 100 } as const;
  expect(await weights(linear, [0, 25, 100, 1e6])).toEqual([0, 0.5, 2, 2]);
  const cyclical = { beta: 2, schedule: "cyclical", warmup: 80, cycles: 4 } as const;
  expect(await weights(cyclical, [0, 5, 10, 15, 20, 25, 79, 80, Number.MAX_SAFE_INTEGER])).toEqual([
    0, 1, 2, 2, 0, 1, 2, 2, 2,
  ]);
  const capacity = { beta: 10, schedule: "capacity", capacity: 20, warmup: 100 } as const;
  for (const [step, wanted] of [
    [0, 0],
    [50, 10],
    [1000, 20],
  ] as const) {
    const { loss = 0, reconstruction = 0, kl = 0 } = await termsOf(betaVae(capacity), context({}, [], step));
    expect(loss).toBeCloseTo(reconstruction + 10 * Math.abs(kl - wanted), 9);
  }
});

test("free-bits: only what exceeds lambda counts, by dimension after averaging over the batch", async () => {
  const pass = context();
  const each = klByCoordinate(pass.encode(pass.x), pass.prior, loc) as Expr;
  const { byBatch } = await numbersOf({ byBatch: each.mean(0) });
  const lambda = ((byBatch[0] ?? 0) + (byBatch[1] ?? 0)) / 2;
  const got = await termsOf(freeBits({ lambda }));
  const expected = byBatch.reduce((sum, value) => sum + Math.max(lambda, value), 0);
  expect(got.penalty).toBeCloseTo(expected, 12);
  expect(got.loss).toBeCloseTo((got.reconstruction ?? 0) + expected, 12);
  expect(got.kl).toBeCloseTo((byBatch[0] ?? 0) + (byBatch[1] ?? 0), 12);
  const total = await termsOf(freeBits({ lambda: 50, per: "total" }));
  expect(total.loss).toBeCloseTo((total.reconstruction ?? 0) + 50, 12);
  expect((await termsOf(freeBits({ lambda: 0 }))).loss).toBeCloseTo((await termsOf(elbo())).loss ?? 0, 12);
});

test("the divergence by coordinate adds up to the whole, exact and estimated, products included", async () => {
  const posterior = normalVectors(loc, scale);
  const z = filledConstant(normals("z", batch * latent), [batch, latent], dtype);
  const flat = contextOf(context(), latent).prior;
  const twoParts = product.of([
    normalVectors(loc.slice(1, 0, 1), scale.slice(1, 0, 1)),
    independent(laplace.of({ loc: loc.slice(1, 1), scale: scale.slice(1, 1) })),
  ]);
  const exact = klByCoordinate(posterior, flat, z) as Expr;
  const mixed = klByCoordinate(twoParts, flat, z) as Expr;
  const got = await numbersOf({
    exact: exact.sum(-1),
    known: normalKl(),
    mixed: mixed.sum(-1),
    whole: twoParts.logProb(z).sub(flat.logProb(z)),
  });
  got.exact.forEach((value, i) => expect(value).toBeCloseTo(got.known[i] ?? Number.NaN, 12));
  got.mixed.forEach((value, i) => expect(value).toBeCloseTo(got.whole[i] ?? Number.NaN, 12));
  expect(klByCoordinate(sphere(), sphere(), z)).toBeUndefined();
});

function normalKl(): Expr {
  return loc.square().add(scale.square()).sub(1).sub(scale.square().log()).mul(0.5).sum(-1);
}

test("beta-tc-vae: with equal weights its terms add up to the ELBO's estimate", async () => {
  for (const sampling of ["weighted", "stratified"] as const) {
    const got = await termsOf(betaTcVae({ beta: 1, sampling }));
    const z = loc.add(scale.mul(filledConstant(eps, [batch, latent], dtype)));
    const { prior } = context();
    const estimate = normalVectors(loc, scale).logProb(z).sub(prior.logProb(z)).mean();
    const kl = (await numbersOf({ estimate })).estimate[0] ?? Number.NaN;
    expect(got.loss).toBeCloseTo((got.reconstruction ?? 0) + kl, 10);
    const heavy = await termsOf(betaTcVae({ alpha: 2, beta: 5, gamma: 3, sampling }));
    const { mutualInformation = 0, totalCorrelation = 0, dimensionwiseKl = 0, reconstruction = 0 } = got;
    const sum = reconstruction + 2 * mutualInformation + 5 * totalCorrelation + 3 * dimensionwiseKl;
    expect(heavy.loss).toBeCloseTo(sum, 10);
  }
});

test("minibatch-stratified sampling of the aggregated density is right on average, weighted sampling too low", async () => {
  // a data set of 6 examples with known posteriors: every batch of 3 that begins with example 0, in every order
  const n = 6;
  const [means, scales] = [normals("tc-loc", n), normals("tc-scale", n).map((v) => 0.5 + v * v)];
  const z = 0.3;
  const density = (j: number): number => {
    const s = scales[j] ?? 1;
    return Math.exp(-0.5 * ((z - (means[j] ?? 0)) / s) ** 2) / (s * Math.sqrt(2 * Math.PI));
  };
  const truth = Array.from({ length: n }, (_, j) => density(j)).reduce((a, b) => a + b, 0) / n;
  const estimates: Record<string, Expr> = {};
  for (let i = 1; i < n; i++)
    for (let j = 1; j < n; j++) {
      if (i === j) continue;
      const batchOf = (values: number[]): Expr =>
        filledConstant([values[0] ?? 0, values[i] ?? 0, values[j] ?? 0], [3, 1], dtype);
      const posterior = normalVectors(batchOf(means), batchOf(scales));
      const codes = filledConstant([z, z, z], [3, 1], dtype);
      for (const sampling of ["weighted", "stratified"] as const) {
        const { joint } = aggregateDensities(posterior, codes, n, sampling) as { joint: Expr };
        estimates[`${sampling}${i}${j}`] = joint.slice(0, 0, 1).exp();
      }
    }
  const got = await numbersOf(estimates);
  const average = (kind: string): number => {
    const values = Object.entries(got).flatMap(([name, [value]]) =>
      name.startsWith(kind) ? [value ?? 0] : [],
    );
    return values.reduce((a, b) => a + b, 0) / values.length;
  };
  expect(average("stratified")).toBeCloseTo(truth, 12);
  expect(average("weighted")).toBeLessThan(truth / 2);
});

test("dip-vae: penalties of the covariance, types i and ii", async () => {
  const mu = (await numbersOf({ loc })).loc;
  const variances = (await numbersOf({ v: scale.square().mean(0) })).v;
  const at = (i: number, d: number): number => mu[i * latent + d] ?? 0;
  const centre = [0, 1].map((d) => [0, 1, 2, 3].reduce((sum, i) => sum + at(i, d), 0) / batch);
  const covariance = (a: number, b: number): number =>
    [0, 1, 2, 3].reduce((sum, i) => sum + (at(i, a) - (centre[a] ?? 0)) * (at(i, b) - (centre[b] ?? 0)), 0) /
    batch;
  for (const type of ["i", "ii"] as const) {
    const extra = (d: number): number => (type === "ii" ? (variances[d] ?? 0) : 0);
    const off = 2 * covariance(0, 1) ** 2;
    const on = [0, 1].reduce((sum, d) => sum + (covariance(d, d) + extra(d) - 1) ** 2, 0);
    const got = await termsOf(dipVae({ type, offDiagonal: 2, diagonal: 7 }));
    expect(got.covariancePenalty).toBeCloseTo(2 * off + 7 * on, 12);
    expect(got.loss).toBeCloseTo(
      (got.reconstruction ?? 0) + (got.kl ?? 0) + (got.covariancePenalty ?? 0),
      12,
    );
  }
});

test("the sliced Wasserstein distance of shifted samples is known, whatever their order", async () => {
  const a = normals("a", 10 * 3);
  const shift = [0.5, -1, 2];
  const b = a.map((value, i) => value + (shift[i % 3] ?? 0));
  const reversed = Array.from({ length: 10 }, (_, i) => b.slice(3 * (9 - i), 3 * (9 - i) + 3)).flat();
  const directions = normals("directions", 7 * 3);
  const value = slicedWassersteinSquared(
    filledConstant(a, [10, 3], dtype),
    filledConstant(reversed, [10, 3], dtype),
    filledConstant(directions, [7, 3], dtype),
  );
  let expected = 0;
  for (let s = 0; s < 7; s++) {
    const u = directions.slice(3 * s, 3 * s + 3);
    const dot = u.reduce((sum, v, i) => sum + v * (shift[i] ?? 0), 0);
    expected += dot ** 2 / u.reduce((sum, v) => sum + v * v, 0) / 7;
  }
  expect((await numbersOf({ value })).value[0]).toBeCloseTo(expected, 12);
});

test("objectives that compare samples take a prior without density, others say which to use", async () => {
  const prior = samples.of(
    [
      [0, 1],
      [1, 0],
    ],
    0,
    dtype,
  );
  const levels = [0.1, 0.6, 0.9, 0.2];
  const swae = slicedWasserstein({ projections: 3, lambda: 2, encoder: "random" });
  const got = await termsOf(swae, context({ prior }, [normals("slices", 6), levels]));
  expect(got.loss).toBeCloseTo((got.reconstruction ?? 0) + 2 * (got.wassersteinSquared ?? 0), 12);
  const wae = await termsOf(waeMmd({ lambda: 3, encoder: "random" }), context({ prior }, [levels]));
  expect(wae.loss).toBeCloseTo((wae.reconstruction ?? 0) + 3 * (wae.mmd ?? 0), 12);
  const mmdVae = await termsOf(infoVae({ alpha: 1, lambda: 8 }), context({ prior }, [levels]));
  expect(mmdVae.loss).toBeCloseTo((mmdVae.reconstruction ?? 0) + 8 * (mmdVae.mmd ?? 0), 12);
  for (const objective of [elbo(), betaVae(), freeBits(), betaTcVae(), infoVae()]) {
    expect(() => objective.build(context({ prior }, [levels]))).toThrow(
      new RegExp(`${objective.name}: the prior samples is known by samples only`),
    );
  }
});

test("info-vae: weights of the divergence and the discrepancy", async () => {
  const got = await termsOf(
    infoVae({ alpha: 0.25, lambda: 5 }),
    context({}, [normals("prior", batch * latent)]),
  );
  const { reconstruction = 0, kl = 0, mmd = 0 } = got;
  expect(got.loss).toBeCloseTo(reconstruction + 0.75 * kl + 4.25 * mmd, 12);
  expect(() => infoVae({ alpha: 2 })).toThrow(/alpha must be a number up to 1/);
});

test("autoencoders decode the mean and draw nothing", async () => {
  const silent = { noise: givenNoise([], dtype) };
  const x = context().x;
  const logits = loc.matmul(W);
  const expected = x.mul(logits).sub(logits.softplus()).sum(-1).mean().neg();
  const want = (await numbersOf({ expected })).expected[0] ?? Number.NaN;
  expect((await termsOf(autoencoder(), context(silent))).loss).toBeCloseTo(want, 12);
  const weights = { "encoder.0.weight": loc, "decoder.0.weight": W };
  const got = await termsOf(raeL2({ beta: 2, lambda: 3 }), context({ ...silent, weights }));
  const parts = await numbersOf({ codes: loc.square().sum(-1).mean().div(2), decoder: W.square().sum() });
  expect(got.loss).toBeCloseTo(want + 2 * (parts.codes[0] ?? 0) + 3 * (parts.decoder[0] ?? 0), 11);
});

function without(distribution: Distribution, method: string): Distribution {
  const entries = Object.entries(distribution).filter(([name]) => name !== method);
  return Object.fromEntries(entries) as unknown as Distribution;
}

test("posteriors for which an objective is not defined are refused with the reason", () => {
  const round = context({ encode: sphere, prior: sphere(), noise: new NoiseFeed(dtype, 1) });
  expect(() => betaTcVae().build(round)).toThrow(
    /beta-tc-vae needs a posterior with independent coordinates/,
  );
  expect(() => freeBits().build(round)).toThrow(/free-bits\(per=dimension\).*use per=total/);
  expect(() => dipVae().build(round)).toThrow(/dip-vae pulls towards independent coordinates/);
  const meanless = normalVectors(loc, scale);
  expect(() => waeMmd().build(context({ encode: () => without(meanless, "mean") }))).toThrow(
    /choose wae-mmd\(encoder=random\), or another posterior/,
  );
  expect(() => autoencoder().build(context({ encode: () => without(meanless, "mean") }))).toThrow(
    /has no mean in closed form/,
  );
  const fixed = without(meanless, "rsample");
  expect(() => elbo().build(context({ encode: () => fixed }))).toThrow(/no reparameterised sample/);
  expect(() => waeMmd({ encoder: "random" }).build(context({ encode: () => fixed }))).toThrow(
    /no reparameterised sample/,
  );
});

test("a codebook's own loss is added by every objective and shown", async () => {
  const own = constant([1, 2, 3, 4], dtype);
  const encode = () => ({ ...normalVectors(loc, scale), auxiliaryLoss: () => own });
  const plain = await termsOf(elbo());
  const got = await termsOf(elbo(), context({ encode }));
  expect(got.auxiliary).toBeCloseTo(2.5, 12);
  expect(got.loss).toBeCloseTo((plain.loss ?? 0) + 2.5, 12);
  expect(got.negativeElbo).toBe(got.loss);
});

test("options out of range are refused", () => {
  expect(() => betaVae({ beta: -1 })).toThrow(/beta-vae: beta must be a number from 0/);
  expect(() => betaVae({ schedule: "quadratic" as "linear" })).toThrow(
    /schedule can't be "quadratic"; choose from constant, linear/,
  );
  expect(() => freeBits({ lambda: Number.NaN })).toThrow(/free-bits: lambda/);
  expect(() => waeMmd({ kernel: "cubic" as "rbf" })).toThrow(/kernel can't be "cubic"; choose from imq, rbf/);
  expect(() => slicedWasserstein({ projections: 0 })).toThrow(/projections must be a whole number from 1/);
});
