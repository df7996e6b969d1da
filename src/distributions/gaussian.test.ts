import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { expectClose, goldenCases, meanAndError, numbers } from "../testing/support.js";
import type { Distribution } from "./distribution.js";
import { exactKl } from "./kl.js";
import { lowRankNormal } from "./low-rank-normal.js";
import { multivariateNormal } from "./multivariate-normal.js";
import { distributions } from "./registry.js";
import { cholesky, identity, invertTriangle, lowerTriangle } from "./triangular.js";

type Params = { loc: number[]; scaleTril: number[][] };
interface Golden {
  distribution: string;
  params: Params;
  x: number[][];
  logProb: number[];
  dLogProb: Params;
  mean: number[];
  variance: number[];
  entropy: number;
}
interface KlGolden {
  p: { distribution: string; params: Params };
  q: { params: Params };
  kl: number;
  dKl_dp: Params;
}
const isFull = (name: string): boolean => name === "MultivariateNormal";
const context = { dtype: "float64", weights: {} } as const;

/** Numbers without a pattern, from -1 to 1. */
function scattered(shape: readonly number[], phase: number): Expr {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float64Array.from({ length: size }, (_, i) => Math.sin(phase + 1.7 * i * (1 + phase / 10)));
  return constant(values, "float64").reshape(shape);
}

describe.each([
  ["float64", 1e-9],
  ["float32", 1e-4],
] as const)("goldens in %s", (dtype, tolerance) => {
  const [golden] = goldenCases<Golden>("distributions.json", (one) => isFull(one.distribution));
  const kls = goldenCases<KlGolden>("kl.json", (one) => isFull(one.p.distribution));

  it("of the density", async () => {
    if (golden === undefined) throw new Error("no golden");
    const params = { loc: input("loc", dtype, [3]), scaleTril: input("scaleTril", dtype, [3, 3]) };
    const d = multivariateNormal.of(params);
    const logProb = d.logProb(constant(golden.x, dtype));
    expectClose(await numbers(logProb, golden.params), golden.logProb, tolerance);
    for (const key of ["loc", "scaleTril"] as const) {
      const got = await numbers(grad(logProb.sum(), [params[key]])[0] as Expr, golden.params);
      // float32: sums of terms that are 100 times larger than the smallest results
      expectClose(got, golden.dLogProb[key].flat(), tolerance, dtype === "float32" ? 10 : 0.1);
    }
    expectClose(await numbers(d.mean?.() as Expr, golden.params), golden.mean, tolerance);
    expectClose(await numbers(d.variance?.() as Expr, golden.params), golden.variance, tolerance);
    expectClose(await numbers(d.entropy?.() as Expr, golden.params), [golden.entropy], tolerance);
  });

  it.each(kls)("of the divergence $kl", async (one) => {
    const params = { loc: input("loc", dtype, [3]), scaleTril: input("scaleTril", dtype, [3, 3]) };
    const q = { loc: constant(one.q.params.loc, dtype), scaleTril: constant(one.q.params.scaleTril, dtype) };
    const kl = exactKl(multivariateNormal.of(params), multivariateNormal.of(q)) as Expr;
    expectClose(await numbers(kl, one.p.params), [one.kl], tolerance);
    for (const key of ["loc", "scaleTril"] as const) {
      const got = await numbers(grad(kl, [params[key]])[0] as Expr, one.p.params);
      expectClose(got, one.dKl_dp[key].flat(), tolerance, 1);
    }
  });
});

describe("matrices", () => {
  it.each([1, 2, 3, 7, 8, 33, 64])("triangular inverses and Cholesky factors of size %i", async (n) => {
    const lower = lowerTriangle(scattered([2, n, n], 1).mul(0.3)).add(identity(n, scattered([1], 0)));
    const product = lower.matmul(invertTriangle(lower));
    const want = await numbers(identity(n, lower).expand([2, n, n]));
    expectClose(await numbers(product), want, 1e-12, 1e3);
    if (n > 8) return;
    const root = cholesky(lower.matmul(lower.matrixTranspose()));
    expectClose(await numbers(root), await numbers(lower), 1e-11, 1);
  });
});

describe("Gaussian families", () => {
  const z = 5;
  const loc = scattered([2, z], 3);
  const scale = scattered([2, z], 4).mul(0.3).exp();
  const factor = scattered([2, z, 2], 5);
  const eye = identity(z, loc);
  const covariance = factor.matmul(factor.matrixTranspose()).add(scale.square().unsqueeze(-1).mul(eye));
  const low = lowRankNormal.of({ loc, factor, scale });
  const full = multivariateNormal.of({ loc, scaleTril: cholesky(covariance) });
  const raw = scattered([2, 2 * z], 6);
  const diagonalNormal = distributions.from("normal").fromRaw(raw, [z], context);
  const other = distributions.from("low-rank-normal(rank=3)").fromRaw(scattered([2, 5 * z], 7), [z], context);
  const otherFull = distributions
    .from("multivariate-normal")
    .fromRaw(scattered([2, z + 15], 8), [z], context);

  it("agree where they are the same distribution", async () => {
    const x = scattered([4, 2, z], 9);
    for (const what of [(d: Distribution) => d.logProb(x), (d: Distribution) => d.entropy?.() as Expr]) {
      expectClose(await numbers(what(low)), await numbers(what(full)), 1e-11);
    }
    for (const q of [low, full, diagonalNormal, other, otherFull]) {
      const [a, b] = [exactKl(low, q) as Expr, exactKl(full, q) as Expr];
      expectClose(await numbers(a), await numbers(b), 1e-10);
      const [c, d] = [exactKl(q, low) as Expr, exactKl(q, full) as Expr];
      expectClose(await numbers(c), await numbers(d), 1e-10);
    }
    expectClose(await numbers(exactKl(low, full) as Expr), [0, 0], 1e-11);
  });

  it("have divergences that the mean log ratio agrees with", async () => {
    for (const p of [low, full, diagonalNormal, otherFull]) {
      for (const q of [diagonalNormal, other, otherFull]) {
        if (p === q) continue;
        const noise = new NoiseFeed("float64", 2);
        const x = p.rsample?.(noise, [20_000]) as Expr;
        const ratios = await numbers(p.logProb(x).sub(q.logProb(x)), noise.feeds);
        const exact = await numbers(exactKl(p, q) as Expr);
        for (const row of [0, 1]) {
          const { mean, error } = meanAndError(ratios.filter((_, i) => i % 2 === row));
          expect(Math.abs(mean - (exact[row] as number))).toBeLessThan(5 * error);
        }
      }
    }
  });

  it("draw with the stated moments and with exact pathwise gradients", async () => {
    for (const d of [low, full]) {
      const noise = new NoiseFeed("float64", 4);
      const x = d.rsample?.(noise, [40_000]) as Expr;
      const centred = x.sub(d.mean?.() as Expr).transpose([1, 2, 0]);
      const got = await numbers(centred.matmul(centred.matrixTranspose()).div(40_000), noise.feeds);
      const want = await numbers(covariance);
      // the standard error of a covariance is below sqrt(2 var var / n): largest variance 3
      got.forEach((value, i) =>
        expect(Math.abs(value - (want[i] as number))).toBeLessThan(5 * 3 * Math.sqrt(2 / 40_000)),
      );
    }
    const params = {
      l: input("l", "float64", [3]),
      s: input("s", "float64", [3, 3]),
      f: input("f", "float64", [3, 1]),
    };
    const feeds = {
      l: [0.1, -1, 2],
      s: [
        [1, 0, 0],
        [0.5, 2, 0],
        [-1, 0.3, 0.7],
      ],
      f: [[0.4], [-1], [0.2]],
    };
    const noise = new NoiseFeed("float64", 6);
    const a = multivariateNormal.of({ loc: params.l, scaleTril: params.s }).rsample?.(noise, [4]) as Expr;
    const b = lowRankNormal
      .of({ loc: params.l, factor: params.f, scale: [1, 2, 3] })
      .rsample?.(noise, [4]) as Expr;
    const loss = a
      .add(b)
      .square()
      .mul(constant([1, -2, 3], "float64"))
      .sum();
    const all = { ...feeds, ...noise.feeds };
    const gs = (await numbers(grad(loss, [params.s])[0] as Expr, all))[3] as number;
    const gf = (await numbers(grad(loss, [params.f])[0] as Expr, all))[1] as number;
    const at = async (ds: number, df: number): Promise<number> => {
      const s = [
        [1, 0, 0],
        [0.5 + ds, 2, 0],
        [-1, 0.3, 0.7],
      ];
      return (await numbers(loss, { ...all, s, f: [[0.4], [-1 + df], [0.2]] }))[0] as number;
    };
    // the loss is a quadratic function: central differences are exact to rounding
    expectClose([gs], [((await at(1e-3, 0)) - (await at(-1e-3, 0))) / 2e-3], 1e-9);
    expectClose([gf], [((await at(0, 1e-3)) - (await at(0, -1e-3))) / 2e-3], 1e-9);
  });

  it("are standard normal as priors, and for raw outputs of zero", async () => {
    const x = scattered([3, z], 1);
    const standard = distributions.from("normal").prior([z], context);
    for (const text of ["multivariate-normal", "low-rank-normal(rank=2)"]) {
      const family = distributions.from(text);
      const want = await numbers(standard.logProb(x));
      expectClose(await numbers(family.prior([z], context).logProb(x)), want, 1e-12);
      const zero = constant(0, "float64").expand([1, family.rawSize([z])]);
      expectClose(await numbers(family.fromRaw(zero, [z], context).logProb(x)), want, 1e-12);
      expect(() => family.rawSize([2, 2])).toThrow("vectors");
    }
  });

  it("stay finite for narrow and wide factors in float32", async () => {
    for (const text of ["multivariate-normal", "low-rank-normal(rank=3)"]) {
      const family = distributions.from(text);
      for (const size of [1, 64]) {
        const r = input("r", "float32", [1, family.rawSize([size])]);
        const q = family.fromRaw(r, [size], { dtype: "float32", weights: {} });
        const noise = new NoiseFeed("float32", 1);
        const kl = exactKl(
          q,
          distributions.from("normal").prior([size], { dtype: "float32", weights: {} }),
        ) as Expr;
        const loss = q
          .logProb(q.rsample?.(noise) as Expr)
          .add(kl)
          .sum();
        for (const level of [text.startsWith("low") ? -8 : -20, 0.01, 8]) {
          const feeds = { r: [new Array<number>(family.rawSize([size])).fill(level)], ...noise.feeds };
          // factors whose diagonal is far below the rest have no usable inverse in float32; the divergence needs none
          const target = Math.abs(level) > 1 && size > 1 ? kl.sum() : loss;
          const got = await numbers(grad(target, [r])[0] as Expr, feeds);
          expect(got.every(Number.isFinite), `${text} z=${size} raw ${level}`).toBe(true);
        }
      }
    }
  });
});
