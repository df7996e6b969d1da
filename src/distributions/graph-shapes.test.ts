import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { initialValues, parameterInputs } from "../nn/index.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { numbers } from "../testing/support.js";
import { type Distribution, drawFrom } from "./distribution.js";
import type { Family, FamilyContext } from "./family.js";
import { normal } from "./normal.js";
import { distributions } from "./registry.js";

/** Options for families that can't be made, or can't be priors, without. */
const texts: Record<string, string> = {
  product: "product(a=[2, normal], b=laplace)",
  samples: "samples(points=[[0, 1, 2, 3], [1, 1, 1, 1]])",
  "von-mises-fisher": "von-mises-fisher(concentration=3)",
  "power-spherical": "power-spherical(concentration=3)",
};
/** Families whose density is not to be asked for. */
const without = (d: Distribution): boolean =>
  d.sampledOnly === true || ["vector-quantised", "uniform-codes"].includes(d.name);
const z = 4;
const families = distributions.list().map(({ name, roles }) => ({ name, roles, text: texts[name] ?? name }));

function contextFor(text: string, specs: ReturnType<NonNullable<Family["weights"]>>): FamilyContext {
  const weights = parameterInputs(specs, "float32");
  const own: FamilyContext = { dtype: "float32", weights, dataSize: 10, condition: constant([1]) };
  const encode = (x: Expr): Distribution =>
    text === "uniform-codes"
      ? distributions.from("vector-quantised(codes=7)").fromRaw(x.slice(-1, 0, z), [z], {
          ...own,
          weights: { codebook: constant(1).expand([7, z]) },
        })
      : normal().fromRaw(x.slice(-1, 0, 2 * z), [z], own);
  return { ...own, encode };
}

describe.each(families.filter(({ roles }) => roles.includes("posterior")))(
  "$name as a posterior",
  ({ text }) => {
    it("works for any batch, with and without more draws, and has gradients", async () => {
      const family = distributions.from(text);
      const size = family.rawSize([z]);
      const specs = family.weights?.([z], 10) ?? {};
      const raw = input("raw", "float32", ["batch", size]);
      const q = family.fromRaw(raw, [z], contextFor(text, specs));
      expect(q.shape).toEqual(["batch", z]);
      expect(q.eventRank).toBe(1);
      const noise = new NoiseFeed("float32", 1, { batch: 3 });
      const one = q.rsample?.(noise) as Expr;
      const more = q.rsample?.(noise, [5]) as Expr;
      expect(one.shape).toEqual(["batch", z]);
      expect(more.shape).toEqual([5, "batch", z]);
      const values = Array.from({ length: 3 }, (_, r) =>
        Array.from({ length: size }, (_, i) => Math.sin(1 + i + 2 * r)),
      );
      const feeds = { ...initialValues(specs, 1), ...noise.feeds, raw: values };
      let loss = one.square().sum().add(more.square().sum());
      for (const x of without(q) ? [] : [one, more]) {
        const density = q.logProb(x);
        expect(density.shape).toEqual(x.shape.slice(0, -1));
        loss = loss.add(density.sum());
      }
      for (const what of [q.mean, q.variance]) if (what) expect(what.call(q).shape).toEqual(["batch", z]);
      if (q.entropy) {
        expect(q.entropy().shape).toEqual(["batch"]);
        loss = loss.add(q.entropy().sum());
      }
      if (q.auxiliaryLoss) {
        expect(q.auxiliaryLoss().shape).toEqual(["batch"]);
        loss = loss.add(q.auxiliaryLoss().sum());
      }
      const got = await numbers(grad(loss, [raw])[0] as Expr, feeds);
      expect(got.every(Number.isFinite)).toBe(true);
      expect(got.some((g) => g !== 0)).toBe(true);
      expect((await numbers(loss, feeds)).every(Number.isFinite)).toBe(true);
    });
  },
);

describe.each(families.filter(({ roles }) => roles.includes("prior")))("$name as a prior", ({ text }) => {
  it("draws latents, has densities of any batch of them, and comes back from its config", async () => {
    const family = distributions.from(text);
    const copy = distributions.from(
      JSON.parse(JSON.stringify({ name: family.name, config: family.config })) as never,
    );
    expect(copy.config).toEqual(family.config);
    expect(copy.support).toBe(family.support);
    const specs = family.weights?.([z], 10) ?? {};
    let prior: Distribution;
    try {
      prior = family.prior([z], contextFor(text, specs));
    } catch (error) {
      // some families have no standard member: they say which numbers to give
      expect(String(error)).toMatch(/needs? a value for/);
      return;
    }
    expect(prior.shape).toEqual([z]);
    expect(prior.eventRank).toBe(1);
    const noise = new NoiseFeed("float32", 2, { batch: 3 });
    const drawn = drawFrom(prior, noise, ["batch"]);
    expect(drawn.shape).toEqual(["batch", z]);
    const feeds = { ...initialValues(specs, 1), ...noise.feeds };
    expect((await numbers(drawn, feeds)).every(Number.isFinite)).toBe(true);
    if (without(prior)) {
      expect(() => prior.logProb(drawn)).toThrow("density");
      return;
    }
    const density = prior.logProb(drawn);
    expect(density.shape).toEqual(["batch"]);
    expect((await numbers(density, feeds)).every(Number.isFinite)).toBe(true);
    const stacked = prior.logProb(drawn.unsqueeze(0).mul(constant(1)));
    expect(stacked.shape).toEqual([1, "batch"]);
  });
});
