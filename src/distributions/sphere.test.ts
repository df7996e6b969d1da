import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { expectClose, goldenCases, meanAndError, numbers } from "../testing/support.js";
import { hypersphericalUniform } from "./hyperspherical-uniform.js";
import { exactKl } from "./kl.js";
import { powerSpherical } from "./power-spherical.js";
import { distributions } from "./registry.js";
import { turnTo } from "./sphere.js";
import { vonMisesFisher } from "./von-mises-fisher.js";

interface Golden {
  distribution: string;
  params: { loc: number[]; concentration: number };
  x: number[][];
  logProb: number[];
  mean?: number[];
  entropy: number;
  klToHypersphericalUniform: number;
}

const goldens = goldenCases<Golden>("distributions.json", (one) =>
  ["VonMisesFisher", "PowerSpherical"].includes(one.distribution),
);
const factories = { VonMisesFisher: vonMisesFisher, PowerSpherical: powerSpherical };

/** A unit vector that is near no axis. */
function direction(m: number): number[] {
  const raw = Array.from({ length: m }, (_, i) => Math.sin(1 + 2.3 * i));
  const length = Math.hypot(...raw);
  return raw.map((x) => x / length);
}

describe.each(goldens)("$distribution in $params.loc.length coordinates", (golden) => {
  const factory = factories[golden.distribution as keyof typeof factories];
  it.each([
    ["float64", 1e-9],
    ["float32", 1e-4],
  ] as const)("agrees with the reference in %s", async (dtype, tolerance) => {
    const loc = constant(golden.params.loc, dtype);
    const concentration = constant(golden.params.concentration, dtype);
    const d = factory.of({ loc, concentration });
    expectClose(await numbers(d.logProb(constant(golden.x, dtype))), golden.logProb, tolerance);
    expectClose(await numbers(d.entropy()), [golden.entropy], tolerance);
    if (golden.mean) expectClose(await numbers(d.mean()), golden.mean, tolerance);
    const uniform = hypersphericalUniform.of(golden.params.loc.length, [], dtype);
    const kl = exactKl(d, uniform) as Expr;
    expectClose(await numbers(kl), [golden.klToHypersphericalUniform], tolerance);
  });
});

describe("draws", () => {
  const concentrations = [1e-3, 0.1, 1, 7, 40, 300, 1e4];
  const u = [1e-6, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-6];

  // In three coordinates both distribution functions of the angle's cosine w have simple inverses.
  const inverses = {
    "von-mises-fisher": (k: number, p: number) => 1 + Math.log(p + (1 - p) * Math.exp(-2 * k)) / k,
    "power-spherical": (k: number, p: number) => 2 * p ** (1 / (1 + k)) - 1,
  };
  it.each([vonMisesFisher, powerSpherical])("$familyName: exact quantiles and their gradients", async (f) => {
    const k = input("k", "float64", [concentrations.length]);
    const inverse = inverses[f.familyName as keyof typeof inverses];
    const loc = constant([0, 1, 0], "float64");
    const level = constant(u, "float64").reshape([-1, 1]);
    let draws = 0;
    const noise = {
      draw: (kind: string, shape: readonly (string | number)[]): Expr => {
        draws++;
        if (kind === "uniform") return level.expand(shape);
        return constant(0.6, "float64").expand(shape);
      },
    };
    const x = f.of({ loc, concentration: k }).rsample?.(noise, [u.length]) as Expr;
    expect(draws).toBe(2);
    const w = x.slice(-1, 1, 2).squeeze(-1);
    for (let i = 0; i < u.length; i++) {
      // the angle grows with its probability, the cosine falls
      const p = 1 - (u[i] as number);
      const one = w.slice(0, i, i + 1).squeeze(0);
      const got = await numbers(one, { k: concentrations });
      const slope = await numbers(grad(one.sum(), [k])[0] as Expr, { k: concentrations });
      concentrations.forEach((c, j) => {
        const h = 1e-4 * c;
        const rounding = 2e-15 * (1 + 1 / c); // of the reference itself
        const [far, near] = [inverse(c + h, p), inverse(c - h, p)];
        const want = inverse(c, p);
        // Power Spherical's density (pi - t)^(1 + 2c) sin(t) is rough at the antipode for c below 1, where panels of the
        // quadrature give 1e-7
        const tolerance = c < 1 ? 5e-7 : 1e-8;
        // 1 - w, not w, is what must be right when the distribution is narrow
        expect(Math.abs((got[j] as number) - want)).toBeLessThan(tolerance * (1 - want) + rounding);
        // the reference is a central difference, good to 1e-7 of the slope and rounding over h
        const expected = (far - near) / (2 * h);
        expect(Math.abs((slope[j] as number) - expected)).toBeLessThan(
          2e-7 * Math.abs(expected) + rounding / h + (c < 1 ? 2e-6 : 0),
        );
      });
    }
  });

  it.each([2, 3, 10])("pathwise gradients are the derivative of each draw (m = %i)", async (m) => {
    for (const f of [vonMisesFisher, powerSpherical]) {
      const values = { loc: [direction(m), direction(m).map((x) => -x)], k: [0.8, 25] };
      const loc = input("loc", "float64", [2, m]);
      const k = input("k", "float64", [2]);
      const noise = new NoiseFeed("float64", 3);
      const x = f.of({ loc, concentration: k }).rsample?.(noise, [5]) as Expr;
      const weights = constant(
        Array.from({ length: m }, (_, i) => Math.cos(i)),
        "float64",
      );
      const loss = x.mul(weights).add(x.square().mul(weights)).sum();
      const [dLoc, dK] = grad(loss, [loc, k]) as [Expr, Expr];
      const at = async (feeds: typeof values): Promise<number> =>
        (await numbers(loss, { ...feeds, ...noise.feeds }))[0] as number;
      const gotK = await numbers(dK, { ...values, ...noise.feeds });
      const gotLoc = await numbers(dLoc, { ...values, ...noise.feeds });
      const h = 1e-5;
      for (let i = 0; i < 2; i++) {
        const moved = (by: number): typeof values => ({
          ...values,
          k: values.k.map((value, j) => value + (i === j ? by : 0)),
        });
        expectClose([gotK[i] as number], [((await at(moved(h))) - (await at(moved(-h)))) / (2 * h)], 1e-6);
        const turned = (by: number): typeof values => ({
          ...values,
          loc: values.loc.map((row, j) => row.map((value, c) => value + (i === j && c === 1 ? by : 0))),
        });
        const slope = ((await at(turned(h))) - (await at(turned(-h)))) / (2 * h);
        expectClose([gotLoc[i * m + 1] as number], [slope], 1e-6);
      }
    }
  });

  it.each([2, 3, 20])("have the stated mean, variance and length (m = %i)", async (m) => {
    const n = 40_000;
    for (const f of [vonMisesFisher, powerSpherical]) {
      const noise = new NoiseFeed("float32", m);
      const d = f.of({ loc: constant(direction(m)), concentration: constant(6) });
      const x = d.rsample?.(noise, [n]) as Expr;
      const average = x.mean(0);
      const mean = await numbers(d.mean());
      const variance = await numbers(d.variance?.() as Expr);
      const gotMean = await numbers(average, noise.feeds);
      const gotVariance = await numbers(x.sub(average).square().mean(0), noise.feeds);
      for (let i = 0; i < m; i++) {
        const spread = variance[i] as number;
        // five standard errors; that of the variance of bounded draws is below 2 var / sqrt(n)
        expect(Math.abs((gotMean[i] as number) - (mean[i] as number))).toBeLessThan(
          5 * Math.sqrt(spread / n),
        );
        expect(Math.abs((gotVariance[i] as number) - spread)).toBeLessThan((10 * spread) / Math.sqrt(n));
      }
      const lengths = await numbers(x.square().sum(-1), noise.feeds);
      expect(Math.max(...lengths.map((l) => Math.abs(l - 1)))).toBeLessThan(2e-6);
    }
  });

  it("gradients of an expectation agree with those of the analytic mean", async () => {
    const m = 4;
    const n = 40_000;
    for (const f of [vonMisesFisher, powerSpherical]) {
      const noise = new NoiseFeed("float64", 11);
      const k = input("k", "float64", [n]);
      const loc = constant(direction(m), "float64");
      const d = f.of({ loc, concentration: k });
      const along = (d.rsample?.(noise) as Expr).mul(loc).sum();
      const slopes = await numbers(grad(along, [k])[0] as Expr, {
        k: new Array<number>(n).fill(5),
        ...noise.feeds,
      });
      const one = input("one", "float64", []);
      const mean = f.of({ loc, concentration: one }).mean().mul(loc).sum();
      const [want] = await numbers(grad(mean, [one])[0] as Expr, { one: 5 });
      const { mean: average, error } = meanAndError(slopes);
      expect(Math.abs(average - (want as number))).toBeLessThan(5 * error);
    }
  });
});

describe("densities", () => {
  it("integrate to one on the circle, also in between the goldens", async () => {
    const n = 4000;
    const circle = Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n);
    const points = circle.map((t) => [Math.cos(t), Math.sin(t)]);
    for (const f of [vonMisesFisher, powerSpherical]) {
      for (const concentration of [1, 3, 9, 15, 1000]) {
        const d = f.of({ loc: constant([0.6, 0.8], "float64"), concentration });
        const density = await numbers(d.logProb(constant(points, "float64")).exp());
        // the trapezoidal rule on a period is exact to rounding for these, powers of 1 + cos being polynomials
        expect((density.reduce((a, b) => a + b) * 2 * Math.PI) / n).toBeCloseTo(1, 9);
      }
    }
  });

  it.each(["float32", "float64"] as const)("stay finite at extremes in %s", async (dtype) => {
    for (const m of [2, 3, 64, 300]) {
      const k = input("k", dtype, [7]);
      const loc = constant(direction(m), dtype);
      for (const f of [vonMisesFisher, powerSpherical]) {
        const noise = new NoiseFeed(dtype, 1);
        const d = f.of({ loc, concentration: k });
        const x = d.rsample?.(noise, [20]) as Expr;
        const kl = exactKl(d, hypersphericalUniform.of(m, [], dtype)) as Expr;
        const loss = x.sum().add(d.logProb(x).mean()).add(kl.sum());
        const feeds = { k: [0, 1e-6, 1e-3, 1, 1e2, 1e4, 1e6], ...noise.feeds };
        const got = await numbers(grad(loss, [k])[0] as Expr, feeds);
        expect(got.every(Number.isFinite), `${f.familyName} ${m} ${got.join(" ")}`).toBe(true);
        const rate = await numbers(kl, feeds);
        expect(rate.every((value) => value > -1e-4)).toBe(true);
        expect((await numbers(loss, feeds)).every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("the exact KL of two von Mises-Fisher is the mean log ratio", async () => {
    const n = 40_000;
    const p = vonMisesFisher.of({ loc: constant(direction(5), "float64"), concentration: 9 });
    const q = vonMisesFisher.of({ loc: constant(direction(5).reverse(), "float64"), concentration: 4 });
    const noise = new NoiseFeed("float64", 5);
    const x = p.rsample?.(noise, [n]) as Expr;
    const ratios = await numbers(p.logProb(x).sub(q.logProb(x)), noise.feeds);
    const { mean, error } = meanAndError(ratios);
    const [exact] = await numbers(exactKl(p, q) as Expr);
    expect(Math.abs(mean - (exact as number))).toBeLessThan(5 * error);
  });
});

describe("the reflection", () => {
  it("brings the first axis to loc and keeps lengths and angles, at the axis itself too", async () => {
    const locs = [[1, 0, 0], [-1, 0, 0], direction(3), [0, 0, -1]];
    for (const loc of locs) {
      const node = constant(loc, "float64");
      expectClose(await numbers(turnTo(node, constant([[1, 0, 0]], "float64"))), loc, 1e-15);
      const points = constant([direction(3), [0, 1, 0]], "float64");
      const turned = turnTo(node, points);
      const products = turned.matmul(turned.matrixTranspose());
      expectClose(await numbers(products), await numbers(points.matmul(points.matrixTranspose())), 1e-14);
    }
  });
});

describe("families", () => {
  it("stay finite whatever a network puts out", async () => {
    const raw = input("raw", "float32", [4, 4]);
    const feeds = { raw: [-1e4, 50, 1e4, 0].map((last) => [1, 2, 3, last]) };
    for (const f of [vonMisesFisher, powerSpherical]) {
      const d = f().fromRaw(raw, [3], { dtype: "float32", weights: {} });
      const noise = new NoiseFeed("float32", 2);
      const z = d.rsample?.(noise) as Expr;
      const kl = exactKl(d, hypersphericalUniform.of(3)) as Expr;
      const [slope] = grad(z.sum().add(kl.sum()), [raw]) as [Expr];
      for (const value of [z, kl, d.logProb(z), slope]) {
        expect((await numbers(value, { ...feeds, ...noise.feeds })).every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("take raw outputs, and are refused where they make no sense", async () => {
    const family = distributions.from("von-mises-fisher");
    expect(family.rawSize([5])).toBe(6);
    const raws = [-100, 0, 2];
    const raw = constant(
      raws.map((last) => [3, 0, 4, last]),
      "float64",
    );
    const { loc } = family.fromRaw(raw, [3], { dtype: "float64", weights: {} }).params;
    expect((await numbers(loc as Expr)).slice(0, 3)).toEqual([0.6, 0, 0.8]);
    const links = {
      "von-mises-fisher": raws.map((x) => 1 + 3 * Math.exp(x)),
      "power-spherical": raws.map((x) => 1 + 3 * Math.exp(x)),
      "von-mises-fisher(link=softplus)": raws.map((x) => 1 + Math.log1p(Math.exp(x))),
    };
    for (const [text, expected] of Object.entries(links)) {
      const { params } = distributions.from(text).fromRaw(raw, [3], { dtype: "float64", weights: {} });
      expectClose(await numbers(params.concentration as Expr), expected, 1e-15);
    }
    expect(() => distributions.from("power-spherical(link=square)")).toThrow('link can\'t be "square"');
    expect(() => vonMisesFisher({ link: "square" as "log" })).toThrow('link can\'t be "square"');
    expect(() => family.rawSize([1])).toThrow("at least 2 coordinates");
    expect(() => family.prior([3], { dtype: "float32", weights: {} })).toThrow("needs a concentration");
    const prior = distributions.from("hyperspherical-uniform").prior([3], { dtype: "float64", weights: {} });
    expectClose(
      await numbers(prior.logProb(constant([[0, 0, 1]], "float64"))),
      [-Math.log(4 * Math.PI)],
      1e-15,
    );
  });
});
