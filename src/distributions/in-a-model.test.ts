import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { vae } from "../model/vae.js";
import { initialValues, parameterInputs } from "../nn/index.js";
import { elbo } from "../objectives/index.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { numbers } from "../testing/support.js";
import { distributions } from "./registry.js";

const straightThrough = "relaxed-one-hot-categorical(straight-through=true)";

/** The ELBO of a small model with these families, and what it takes to compute it. */
function build(posterior: string, prior: string) {
  const model = vae({
    input: [12],
    latent: 4,
    hidden: [8],
    posterior: distributions.from(posterior),
    prior: distributions.from(prior),
  });
  const weights = parameterInputs(model.parameters, "float32");
  const scheduled = (_name: string, at: (step: number) => number): Expr => constant(at(0));
  const noise = new NoiseFeed("float32", 1, { batch: 6 });
  const x = input("x", "float32", ["batch", 12]);
  const bound = model.bind(weights, "float32", { scheduled });
  const { loss } = elbo().build({ x, ...bound, noise, datasetSize: 6, scheduled });
  const data = Array.from({ length: 6 }, (_, i) => Array.from({ length: 12 }, (_, j) => (i + j) % 2));
  return { loss, weights, feeds: { ...initialValues(model.parameters, 1), ...noise.feeds, x: data } };
}

describe("the ELBO reaches every weight of encoder, decoder and families", () => {
  it.each([
    ["von-mises-fisher", "hyperspherical-uniform"],
    ["power-spherical", "hyperspherical-uniform"],
    ["von-mises-fisher", "mixture(components=3, of=von-mises-fisher)"],
    ["von-mises-fisher", "vamp-prior(components=5)"],
    ["normal", "mixture(components=5)"],
    ["normal", "coupling-flow(layers=2)"],
    ["inverse-autoregressive-flow", "normal"],
    ["multivariate-normal", "low-rank-normal"],
    ["low-rank-normal", "vamp-prior(components=4)"],
    [straightThrough, "one-hot-categorical"],
    ["relaxed-one-hot-categorical", "relaxed-one-hot-categorical"],
    ["relaxed-bernoulli", "bernoulli(logits=0)"],
    ["vector-quantised(codes=8, width=2)", "uniform-codes"],
    ["transformed(by=exp)", "transformed(by=exp)"],
    ["uniform", "uniform"],
    ["uniform(low=0, high=1)", "beta"],
    ["uniform(low=0.5, high=3)", "gamma"],
    ["uniform(low=0, high=1)", "uniform(low=0, high=2)"],
    ["beta", "uniform(low=0, high=1)"],
    [`product(a=[2, ${straightThrough}], b=normal)`, "product(a=[2, one-hot-categorical], b=mixture)"],
    [
      "product(a=[2, von-mises-fisher], b=normal)",
      "product(a=[2, hyperspherical-uniform], b=vamp-prior(components=3))",
    ],
  ])("%s with %s", async (posterior, prior) => {
    const { loss, weights, feeds } = build(posterior, prior);
    expect((await numbers(loss, feeds)).every(Number.isFinite)).toBe(true);
    const slopes = grad(loss, Object.values(weights));
    for (const [i, name] of Object.keys(weights).entries()) {
      const got = await numbers(slopes[i] as Expr, feeds);
      expect(got.every(Number.isFinite), name).toBe(true);
      expect(
        got.some((g) => g !== 0),
        name,
      ).toBe(true);
    }
  });

  it.each([
    ["normal", "samples(points=[[0, 0, 0, 0]])", "no density"],
    ["vector-quantised(codes=8)", "normal", "no density"],
    ["normal", "uniform-codes", "needs a vector-quantised posterior"],
    ["normal", "hyperspherical-uniform", "choose a prior for that support"],
    ["uniform", "beta", "uniform (on -1..1) have no density under the prior beta (on unitInterval)"],
    ["uniform", "uniform(low=0, high=2)", "(on -1..1) have no density under the prior uniform (on 0..2)"],
    ["beta", "uniform(low=0.2, high=1)", "choose limits, such as uniform(low=0, high=1)"],
    ["uniform", "vamp-prior(components=3)", "have no density under the prior"],
    [
      "product(a=[2, normal], b=uniform)",
      "product(a=[2, normal], b=gamma)",
      "have no density under the prior",
    ],
  ])("and is refused for %s with %s", (posterior, prior, reason) => {
    expect(() => build(posterior, prior)).toThrow(reason);
  });
});
