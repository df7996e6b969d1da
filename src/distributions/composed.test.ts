import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { initialValues, parameterInputs } from "../nn/index.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { expectClose, goldenCases, meanAndError, numbers } from "../testing/support.js";
import { affine, bijectorsFrom, exp, sigmoid, softplus, tanh } from "./bijector.js";
import type { Distribution } from "./distribution.js";
import type { Family, FamilyContext } from "./family.js";
import { exactKl, klDivergence } from "./kl.js";
import { mixture } from "./mixture.js";
import { normal } from "./normal.js";
import { joint } from "./product.js";
import { distributions, formatFamily } from "./registry.js";
import { transformed } from "./transformed.js";

interface MixtureGolden {
  distribution: string;
  params: { logits: number[]; loc: number[]; scale: number[] };
  x: number[];
  logProb: number[];
  dLogProb: { logits: number[]; loc: number[]; scale: number[] };
  mean: number;
  variance: number;
}

/** A family as a prior with its own weights as inputs, and first values for them. */
function asPrior(
  family: Family,
  event: number[],
  extra: Partial<FamilyContext> = {},
): { prior: Distribution; feeds: ReturnType<typeof initialValues>; weights: FamilyContext["weights"] } {
  const specs = family.weights?.(event, extra.dataSize) ?? {};
  const weights = parameterInputs(specs, "float64");
  const prior = family.prior(event, { dtype: "float64", weights, ...extra });
  return { prior, feeds: initialValues(specs, 1, "float64"), weights };
}

describe("mixture", () => {
  const [golden] = goldenCases<MixtureGolden>(
    "distributions.json",
    (c) => c.distribution === "MixtureOfNormals",
  );
  if (golden === undefined) throw new Error("no golden");

  it.each([
    ["float64", 1e-9],
    ["float32", 1e-4],
  ] as const)("agrees with the reference in %s", async (dtype, tolerance) => {
    const params = {
      logits: input("logits", dtype, [3]),
      loc: input("loc", dtype, [3]),
      scale: input("scale", dtype, [3]),
    };
    const d = mixture.of({
      logits: params.logits,
      components: normal.of({ loc: params.loc, scale: params.scale }),
    });
    const logProb = d.logProb(constant(golden.x, dtype));
    expectClose(await numbers(logProb, golden.params), golden.logProb, tolerance);
    for (const key of ["logits", "loc", "scale"] as const) {
      const got = await numbers(grad(logProb.sum(), [params[key]])[0] as Expr, golden.params);
      expectClose(got, golden.dLogProb[key], tolerance);
    }
    expectClose(await numbers(d.mean?.() as Expr, golden.params), [golden.mean], tolerance);
    expectClose(await numbers(d.variance?.() as Expr, golden.params), [golden.variance], tolerance);
    const noise = new NoiseFeed(dtype, 3);
    const draws = await numbers(d.sample?.(noise, [40_000]) as Expr, { ...golden.params, ...noise.feeds });
    const { mean, error } = meanAndError(draws);
    expect(Math.abs(mean - golden.mean)).toBeLessThan(5 * error);
    const spread = meanAndError(draws.map((x) => (x - golden.mean) ** 2));
    expect(Math.abs(spread.mean - golden.variance)).toBeLessThan(5 * spread.error);
  });

  it("as a prior has learnable weights and components, of any family", async () => {
    for (const text of ["mixture(components=3)", "mixture(components=4, of=von-mises-fisher)"]) {
      const family = distributions.from(text);
      const { prior, feeds, weights } = asPrior(family, [3]);
      const noise = new NoiseFeed("float64", 5);
      const z = prior.sample?.(noise, [7]) as Expr;
      expect(z.shape).toEqual([7, 3]);
      const loss = prior.logProb(z).sum();
      for (const weight of Object.values(weights)) {
        const got = await numbers(grad(loss, [weight])[0] as Expr, { ...feeds, ...noise.feeds });
        expect(got.some((g) => g !== 0) && got.every(Number.isFinite)).toBe(true);
      }
      expect(formatFamily(distributions.from(JSON.parse(JSON.stringify(family)) as never))).toBe(
        formatFamily(family),
      );
    }
    expect(() => distributions.from("mixture").rawSize([2])).toThrow("prior only");
    expect(() => distributions.from("mixture(components=0)")).toThrow("from 1");
  });

  it("of one component is that component", async () => {
    const { prior, feeds } = asPrior(mixture({ components: 1 }), [2]);
    const x = constant([[0.3, -2]], "float64");
    const [m1, m2, l1, l2] = feeds.components?.data as Float64Array as unknown as [
      number,
      number,
      number,
      number,
    ];
    const alone = normal.of({
      loc: constant([m1, m2], "float64"),
      scale: constant([Math.exp(l1 / 2), Math.exp(l2 / 2)], "float64"),
    });
    expectClose(await numbers(prior.logProb(x), feeds), await numbers(alone.logProb(x).sum(-1)), 1e-12);
  });
});

describe("vamp-prior", () => {
  it("is the average posterior of its pseudo-inputs", async () => {
    const encode = (x: Expr): Distribution =>
      normal().fromRaw(x.slice(-1, 0, 4).mul(3), [2], { dtype: "float64", weights: {} });
    const family = distributions.from("vamp-prior(components=5)");
    const { prior, feeds, weights } = asPrior(family, [2], { encode, dataSize: 6 });
    const pseudo = (weights.pseudoInputs as Expr).sigmoid();
    const x = constant([[0.5, 1]], "float64");
    const each = await numbers(encode(pseudo).logProb(x), feeds);
    const mean = Math.log(each.map(Math.exp).reduce((a, b) => a + b) / 5);
    expectClose(await numbers(prior.logProb(x), feeds), [mean], 1e-12);
    const got = await numbers(grad(prior.logProb(x).sum(), [weights.pseudoInputs as Expr])[0] as Expr, feeds);
    expect(got.filter((g) => g !== 0).length).toBe(20);
    expect(() => family.weights?.([2])).toThrow("size of the data");
  });
});

describe("product", () => {
  const text = "product(digit=[3, relaxed-one-hot-categorical(straight-through=true)], style=normal)";

  it("adds up parts, with exact divergences", async () => {
    const q = distributions.from(text);
    expect(q.rawSize([5])).toBe(3 + 4);
    const raw = constant([[1, 0, -1, 0.5, -0.5, 0.2, -0.3]], "float64");
    const context = { dtype: "float64", weights: {} } as const;
    const posterior = q.fromRaw(raw, [5], context);
    const prior = distributions
      .from("product(digit=[3, one-hot-categorical], style=normal)")
      .prior([5], context);
    const noise = new NoiseFeed("float64", 1);
    const z = posterior.rsample?.(noise) as Expr;
    const kl = klDivergence(posterior, prior, z);
    expect(kl.method).toBe("exact");
    const [a, b] = posterior.parts as [Distribution, Distribution];
    const [c, d] = prior.parts as [Distribution, Distribution];
    const sum = (exactKl(a, c) as Expr).add(exactKl(b, d) as Expr);
    expectClose(await numbers(kl.value), await numbers(sum), 1e-14);
    const pieces = z.split(-1, [3, 2]) as [Expr, Expr];
    const both = a.logProb(pieces[0]).add(b.logProb(pieces[1]));
    expectClose(await numbers(posterior.logProb(z), noise.feeds), await numbers(both, noise.feeds), 1e-14);
    expect(posterior.mean?.().shape).toEqual([1, 5]);
    expect(formatFamily(q)).toBe(
      "product(digit=[3, relaxed-one-hot-categorical(straight-through=true)], style=normal)",
    );
    expect(distributions.from(JSON.parse(JSON.stringify(q)) as never).config).toEqual(q.config);
  });

  it("estimates only the parts that have no closed form", async () => {
    const p = normal().fromRaw(constant([[0.4, -1, 0.1, 0.2]], "float64"), [2], {
      dtype: "float64",
      weights: {},
    });
    const other = asPrior(mixture({ components: 2 }), [2]);
    const standard = asPrior(normal(), [2]).prior;
    const noise = new NoiseFeed("float64", 1);
    const z = joint([p, p]).rsample?.(noise) as Expr;
    const { value, method } = klDivergence(joint([p, p]), joint([standard, other.prior]), z);
    expect(method).toBe("monteCarlo");
    const second = z.slice(-1, 2);
    const want = (exactKl(p, standard) as Expr).add(p.logProb(second).sub(other.prior.logProb(second)));
    const feeds = { ...noise.feeds, ...other.feeds };
    expectClose(await numbers(value, feeds), await numbers(want, feeds), 1e-12);
  });

  it("refuses parts that don't fit", () => {
    expect(() => distributions.from(text).rawSize([3])).toThrow("digit 3, style the rest");
    expect(() => distributions.from("product(a=normal, b=normal)")).toThrow("at most one");
    expect(() => distributions.from("product(a=[1.5, normal])")).toThrow("[size, distribution]");
    expect(() => distributions.from("product(a=[0, normal])")).toThrow("from 1");
    expect(() => distributions.from("product(a=[2, normal], b=[1, normal])").rawSize([4])).toThrow(
      "don't make up",
    );
  });
});

describe("transformed", () => {
  const maps = [affine({ shift: 1, scale: -2 }), exp(), sigmoid(), softplus(), tanh()];

  it.each(maps)("$name: inverse and slope", async (map) => {
    const points = [-12, -3, -0.4, 0, 1e-3, 0.7, 2, 9];
    const x = input("x", "float64", [points.length]);
    const y = map.forward(x);
    // near the ends of a bounded range rounding of y costs 1 / slope in x
    const back = await numbers(map.inverse(y), { x: points });
    const slopes = await numbers(grad(y.sum(), [x])[0] as Expr, { x: points });
    back.forEach((value, i) => {
      expect(Math.abs(value - (points[i] as number))).toBeLessThan(
        1e-14 + 8e-16 / Math.abs(slopes[i] as number),
      );
    });
    const logs = await numbers(map.logSlope(x).exp(), { x: points });
    // tanh's own gradient 1 - y^2 cancels at the far points
    logs.forEach((value, i) => {
      expect(Math.abs(value - Math.abs(slopes[i] as number))).toBeLessThan(1e-12 * value + 1e-15);
    });
  });

  it("densities integrate to one and draws have known sources", async () => {
    const n = 20_000;
    const base = normal.of({ loc: constant(0.3, "float64"), scale: constant(0.6, "float64") });
    const d = transformed.of(base, [affine({ scale: 2 }), sigmoid()]);
    const points = Array.from({ length: n }, (_, i) => (i + 0.5) / n);
    // the midpoint rule for a density that is 0 with all derivatives at both ends
    expectClose(await numbers(d.logProb(constant(points, "float64")).exp().mean()), [1], 1e-9);
    const wide = transformed.of(normal.of({ loc: constant(0), scale: constant(30) }), [sigmoid()]);
    const noise = new NoiseFeed("float32", 2);
    const y = wide.rsample?.(noise, [200]) as Expr;
    expect((await numbers(wide.logProb(y), noise.feeds)).every(Number.isFinite)).toBe(true);
  });

  it("has exact divergences between the same maps only, and reads maps from text", async () => {
    const context = { dtype: "float64", weights: {} } as const;
    const q = distributions.from("transformed(by=[affine(scale=2), exp])");
    expect(q.support).toBe("positive");
    const raw = constant([[0.5, -0.3, 0.4, 0.1]], "float64");
    const p = q.fromRaw(raw, [2], context);
    const want = exactKl(normal().fromRaw(raw, [2], context), normal().prior([2], context)) as Expr;
    expectClose(await numbers(exactKl(p, q.prior([2], context)) as Expr), await numbers(want), 1e-14);
    expect(exactKl(p, distributions.from("transformed(by=exp)").prior([2], context))).toBeUndefined();
    expect(distributions.from(JSON.parse(JSON.stringify(q)) as never).config).toEqual(q.config);
    expect(() => bijectorsFrom("sigmod")).toThrow('did you mean "sigmoid"?');
    expect(() => distributions.from("transformed(by=[exp(scale=2)])")).toThrow("no options");
    expect(() => distributions.from("transformed(by=affine(scale=0))")).toThrow("can't be 0");
  });
});
