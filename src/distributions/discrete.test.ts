import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { expectClose, goldenCases, meanAndError, numbers } from "../testing/support.js";
import { bernoulli } from "./bernoulli.js";
import { exactKl, klDivergence } from "./kl.js";
import { oneHotCategorical } from "./one-hot-categorical.js";
import { distributions } from "./registry.js";
import { relaxedBernoulli } from "./relaxed-bernoulli.js";
import { relaxedOneHotCategorical } from "./relaxed-one-hot-categorical.js";

interface Golden {
  distribution: string;
  params: { logits: number[][] };
  x: number[][];
  logProb: number[];
  dLogProb: { logits: number[][] };
  mean?: number[][];
  variance?: number[][];
  entropy?: number[];
  temperature?: number;
}
interface KlGolden {
  p: { distribution: string; params: { logits: number[][] } };
  q: { distribution: string; params: { logits: number[][] } };
  kl: number[];
  dKl_dp: { logits: number[][] };
}

const logits = [1.2, -0.3, 0.4, -2];
const context = (dtype: "float32" | "float64") => ({ dtype, weights: {} });

describe.each([
  ["float64", 1e-9],
  ["float32", 1e-4],
] as const)("goldens in %s", (dtype, tolerance) => {
  const cases = goldenCases<Golden>("distributions.json", (one) =>
    one.distribution.endsWith("OneHotCategorical"),
  );
  it.each(cases)("$distribution", async (golden) => {
    const l = input("l", dtype, [golden.params.logits.length, golden.x[0]?.length ?? 0]);
    const feeds = { l: golden.params.logits };
    const d =
      golden.temperature === undefined
        ? oneHotCategorical.of({ logits: l })
        : relaxedOneHotCategorical.of({ logits: l, temperature: golden.temperature });
    const logProb = d.logProb(constant(golden.x, dtype));
    expectClose(await numbers(logProb, feeds), golden.logProb, tolerance);
    expectClose(
      await numbers(grad(logProb.sum(), [l])[0] as Expr, feeds),
      golden.dLogProb.logits.flat(),
      tolerance,
    );
    for (const what of ["mean", "variance", "entropy"] as const) {
      if (golden[what])
        expectClose(await numbers(d[what]?.() as Expr, feeds), golden[what].flat(), tolerance);
    }
  });

  it("the exact KL, also from the relaxed distribution", async () => {
    const [golden] = goldenCases<KlGolden>("kl.json", (one) => one.p.distribution === "OneHotCategorical");
    if (golden === undefined) throw new Error("no golden");
    const p = input("p", dtype, [golden.kl.length, 5]);
    const q = oneHotCategorical.of({ logits: constant(golden.q.params.logits, dtype) });
    for (const factory of [oneHotCategorical, relaxedOneHotCategorical]) {
      const kl = exactKl(factory.of({ logits: p }), q) as Expr;
      const feeds = { p: golden.p.params.logits };
      expectClose(await numbers(kl, feeds), golden.kl, tolerance);
      expectClose(
        await numbers(grad(kl.sum(), [p])[0] as Expr, feeds),
        golden.dKl_dp.logits.flat(),
        tolerance,
      );
    }
  });
});

describe("draws", () => {
  const n = 40_000;
  const probabilities = logits.map(Math.exp).map((e, _, all) => e / all.reduce((a, b) => a + b));

  it("of the categorical and straight-through ones are one-hot with the right frequencies (chi-square)", async () => {
    const d = oneHotCategorical.of({ logits });
    const st = relaxedOneHotCategorical.of({ logits }, { straightThrough: true });
    for (const draw of [d.sample, st.rsample]) {
      const noise = new NoiseFeed("float32", 2);
      const x = await numbers(draw?.(noise, [n]) as Expr, noise.feeds);
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < n; i++) {
        const row = x.slice(4 * i, 4 * i + 4);
        expect(row.filter((value) => value === 0).length).toBe(3);
        counts[row.indexOf(1)] = (counts[row.indexOf(1)] ?? 0) + 1;
      }
      const chi = counts.reduce((sum, c, k) => {
        const want = n * (probabilities[k] as number);
        return sum + (c - want) ** 2 / want;
      }, 0);
      expect(chi).toBeLessThan(21.1); // chi-square with 3 degrees of freedom exceeds it once in 10,000
    }
  });

  it("of the relaxed categorical lie in the simplex, with the categorical's largest coordinate", async () => {
    const noise = new NoiseFeed("float32", 3);
    const x = relaxedOneHotCategorical.of({ logits, temperature: 0.4 }).rsample?.(noise, [n]) as Expr;
    const sums = await numbers(x.sum(-1), noise.feeds);
    expect(Math.max(...sums.map((s) => Math.abs(s - 1)))).toBeLessThan(1e-6);
    const tops = await numbers(x.argmax(-1).oneHot(4).mean(0), noise.feeds);
    // five standard errors of a frequency
    tops.forEach((t, k) => {
      const p = probabilities[k] as number;
      expect(Math.abs(t - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n));
    });
  });

  it("have pathwise gradients that are the derivative of each draw", async () => {
    const l = input("l", "float64", [4]);
    const t = input("t", "float64", []);
    const noise = new NoiseFeed("float64", 4);
    const weights = constant([1, -2, 0.5, 3], "float64");
    const one = relaxedOneHotCategorical.of({ logits: l, temperature: t }).rsample?.(noise, [9]) as Expr;
    const two = relaxedBernoulli.of({ logits: l, temperature: t }).rsample?.(noise, [9]) as Expr;
    const loss = one.add(two).square().mul(weights).sum();
    const [dl, dt] = grad(loss, [l, t]) as [Expr, Expr];
    const at = async (by: number, of: "l" | "t"): Promise<number> => {
      const moved = {
        l: logits.map((x, i) => x + (of === "l" && i === 1 ? by : 0)),
        t: 0.6 + (of === "t" ? by : 0),
      };
      return (await numbers(loss, { ...moved, ...noise.feeds }))[0] as number;
    };
    const feeds = { l: logits, t: 0.6, ...noise.feeds };
    const h = 1e-5;
    // central differences are good to h^2
    expectClose(
      [(await numbers(dl, feeds))[1] as number],
      [((await at(h, "l")) - (await at(-h, "l"))) / (2 * h)],
      1e-7,
    );
    expectClose(await numbers(dt, feeds), [((await at(h, "t")) - (await at(-h, "t"))) / (2 * h)], 1e-7);
  });

  it("straight-through draws pass the relaxed draws' gradient on", async () => {
    const l = input("l", "float64", [4]);
    const gradients = [true, false].map((straightThrough) => {
      const noise = new NoiseFeed("float64", 6);
      const d = relaxedOneHotCategorical.of({ logits: l }, { straightThrough });
      const x = d.rsample?.(noise, [3]) as Expr;
      return numbers(grad(x.mul(constant([1, 2, 3, 4], "float64")).sum(), [l])[0] as Expr, {
        l: logits,
        ...noise.feeds,
      });
    });
    const [hard, soft] = (await Promise.all(gradients)) as [number[], number[]];
    expectClose(hard, soft, 1e-12);
    expect(soft.some((g) => Math.abs(g) > 0.01)).toBe(true);
  });
});

describe("relaxed densities", () => {
  it("integrate to one", async () => {
    const n = 20_000;
    const steps = Array.from({ length: n }, (_, i) => (i + 0.5) / n);
    const binary = relaxedBernoulli.of({ logits: constant(0.7, "float64"), temperature: 0.8 });
    const mass = await numbers(binary.logProb(constant(steps, "float64")).exp().mean());
    // the midpoint rule; the density grows like x^-0.2 at both ends
    expectClose(mass, [1], 2e-4);
    const two = relaxedOneHotCategorical.of({ logits: constant([0.7, 0], "float64"), temperature: 0.8 });
    const pairs = steps.map((x) => [x, 1 - x]);
    const same = await numbers(two.logProb(constant(pairs, "float64")));
    expectClose(same, await numbers(binary.logProb(constant(steps, "float64"))), 1e-9);
  });

  it("give Monte Carlo divergences to relaxed priors, zero to themselves", async () => {
    const noise = new NoiseFeed("float64", 8);
    const p = relaxedOneHotCategorical.of({ logits: constant([0.5, -1, 0.2], "float64") });
    const q = relaxedOneHotCategorical.of({ logits: constant([0, 0, 0], "float64") });
    const x = p.rsample?.(noise, [20_000]) as Expr;
    const { value, method } = klDivergence(p, q, x);
    expect(method).toBe("monteCarlo");
    const { mean, error } = meanAndError(await numbers(value, noise.feeds));
    // relaxation is a map of (class and noise), so the divergence is above 0 and above that of rounded draws
    const discrete = await numbers(
      exactKl(p, oneHotCategorical.of({ logits: constant([0, 0, 0], "float64") })) as Expr,
    );
    expect(mean + 5 * error).toBeGreaterThan(discrete[0] as number);
    expect(mean).toBeGreaterThan(0.1);
  });

  it("stay finite at extreme logits and low temperatures in float32", async () => {
    const l = input("l", "float32", [4]);
    const noise = new NoiseFeed("float32", 9);
    const d = relaxedOneHotCategorical.of({ logits: l, temperature: 0.05 });
    const b = relaxedBernoulli.of({ logits: l, temperature: 0.05 });
    const [x, y] = [d.rsample?.(noise, [50]) as Expr, b.rsample?.(noise, [50]) as Expr];
    const loss = d.logProb(x).sum().add(b.logProb(y).sum());
    const feeds = { l: [80, -80, 0, 1e-20], ...noise.feeds };
    expect((await numbers(loss, feeds)).every(Number.isFinite)).toBe(true);
    expect((await numbers(grad(loss, [l])[0] as Expr, feeds)).every(Number.isFinite)).toBe(true);
  });
});

describe("families", () => {
  it("split the latent into variables", async () => {
    const family = distributions.from(
      "relaxed-one-hot-categorical(classes=3, straight-through=true, temperature=0.5)",
    );
    expect(family.config).toEqual({ classes: 3, straightThrough: true, temperature: 0.5 });
    expect(family.rawSize([6])).toBe(6);
    expect(() => family.rawSize([7])).toThrow("3 classes");
    const raw = constant([[0, 0, 0, 5, 0, 0]], "float64");
    const q = family.fromRaw(raw, [6], context("float64"));
    const prior = distributions.from("one-hot-categorical(classes=3)").prior([6], context("float64"));
    const each = (5 * Math.exp(5)) / (Math.exp(5) + 2) - Math.log(Math.exp(5) + 2) + Math.log(3);
    expectClose(await numbers(exactKl(q, prior) as Expr), [each], 1e-12);
    expect(q.shape).toEqual([1, 6]);
    const noise = new NoiseFeed("float64", 1);
    const z = await numbers(q.rsample?.(noise) as Expr, noise.feeds);
    expect(z.filter((value) => value === 1).length).toBe(2);
  });

  it("anneal the temperature where the model schedules it", async () => {
    const family = distributions.from(
      "relaxed-bernoulli(initial-temperature=1, temperature=0.5, annealing-rate=0.01)",
    );
    const seen: number[] = [];
    const scheduled = (_name: string, at: (step: number) => number): Expr => {
      seen.push(at(0), at(10), at(1000), at(Number.POSITIVE_INFINITY));
      return constant(0.9);
    };
    const raw = constant([[0, 1]], "float64");
    const training = family.fromRaw(raw, [2], { ...context("float64"), scheduled });
    expectClose(seen, [1, Math.exp(-0.1), 0.5, 0.5], 1e-15);
    expectClose(await numbers(training.params.temperature as Expr), [0.9], 1e-6);
    expect(await numbers(family.fromRaw(raw, [2], context("float64")).params.temperature as Expr)).toEqual([
      0.5,
    ]);
  });

  it("compare relaxed coins with coins exactly", async () => {
    const p = { logits: constant([0.4, -1.5], "float64") };
    const q = bernoulli.of({ logits: constant([-0.2, 2], "float64") });
    const [a, b] = [0.4, -1.5].map((l) => 1 / (1 + Math.exp(-l))) as [number, number];
    const [c, d] = [-0.2, 2].map((l) => 1 / (1 + Math.exp(-l))) as [number, number];
    const kl = (x: number, y: number): number => x * Math.log(x / y) + (1 - x) * Math.log((1 - x) / (1 - y));
    expectClose(await numbers(exactKl(relaxedBernoulli.of(p), q) as Expr), [kl(a, c), kl(b, d)], 1e-12);
  });
});
