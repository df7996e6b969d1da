import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { initialValues, parameterInputs } from "../nn/index.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { expectClose, numbers } from "../testing/support.js";
import { klDivergence } from "./kl.js";
import { maskedNetwork, maskedSpecs } from "./masked.js";
import { normal } from "./normal.js";
import { distributions } from "./registry.js";

/** The coordinates' integral of a density over a square, by the midpoint rule. */
async function massOf(
  density: (points: Expr) => Expr,
  feeds: Parameters<typeof numbers>[1],
  n: number,
  reach: number,
): Promise<number> {
  const steps = Array.from({ length: n }, (_, i) => (((i + 0.5) / n) * 2 - 1) * reach);
  const points = constant(Float64Array.from(steps.flatMap((a) => steps.flatMap((b) => [a, b]))), "float64");
  const mean = await numbers(
    density(points.reshape([n * n, 2]))
      .exp()
      .mean(),
    feeds,
  );
  return (mean[0] as number) * (2 * reach) ** 2;
}

/** The log-determinant of dy/dx for a map of one point, from its gradients. */
async function logDeterminant(y: Expr, x: Expr, feeds: Parameters<typeof numbers>[1]): Promise<number> {
  const n = x.shape.at(-1) as number;
  const rows = await Promise.all(
    Array.from({ length: n }, (_, i) => numbers(grad(y.slice(-1, i, i + 1).sum(), [x])[0] as Expr, feeds)),
  );
  let total = 0;
  for (let i = 0; i < n; i++) {
    const pivotRow = rows
      .slice(i)
      .reduce((best, row) => (Math.abs(row[i] ?? 0) > Math.abs(best[i] ?? 0) ? row : best));
    rows.splice(rows.indexOf(pivotRow), 1);
    rows.splice(i, 0, pivotRow);
    total += Math.log(Math.abs(pivotRow[i] ?? 0));
    for (const row of rows.slice(i + 1)) {
      const factor = (row[i] ?? 0) / (pivotRow[i] ?? 1);
      row.forEach((value, j) => (row[j] = value - factor * (pivotRow[j] ?? 0)));
    }
  }
  return total;
}

describe("masked networks", () => {
  it.each([1, 2, 5])("see only what comes before (size %i)", async (size) => {
    const network = { size, hidden: [7, 6], outputs: 2, context: 3 };
    const specs = maskedSpecs("m", network);
    const weights = parameterInputs(specs, "float64");
    const x = input("x", "float64", [size + 3]);
    const feeds = {
      ...initialValues(specs, 1, "float64"),
      x: Array.from({ length: size + 3 }, (_, i) => Math.sin(i + 1)),
    };
    for (const out of maskedNetwork(x.unsqueeze(0), weights, "m", network)) {
      for (let i = 0; i < size; i++) {
        const slope = await numbers(grad(out.slice(-1, i, i + 1).sum(), [x])[0] as Expr, feeds);
        slope.forEach((value, j) => {
          const visible = j < i || j >= size;
          expect(value !== 0, `output ${i}, input ${j}`).toBe(visible);
        });
      }
    }
  });
});

describe("coupling-flow", () => {
  const family = distributions.from("coupling-flow(layers=3, hidden=[8])");
  const place = (z: number) => {
    const specs = family.weights?.([z]) ?? {};
    const weights = parameterInputs(specs, "float64");
    return {
      prior: family.prior([z], { dtype: "float64", weights }),
      weights,
      feeds: initialValues(specs, 3, "float64"),
    };
  };

  it("is a density", async () => {
    const { prior, feeds } = place(2);
    // the kinks of relu and the tails beyond 40 leave less than 1e-3
    expect(Math.abs((await massOf((x) => prior.logProb(x), feeds, 700, 40)) - 1)).toBeLessThan(1e-3);
  });

  it.each([2, 3, 6])("agrees with the change of variables of its own draws (z = %i)", async (z) => {
    const { prior, feeds } = place(z);
    const noise = new NoiseFeed("float64", 1);
    const x = prior.rsample?.(noise) as Expr;
    const all = { ...feeds, ...noise.feeds };
    const eps = [...(await numbers(input("noise:0", "float64", [z]), noise.feeds))];
    const source = input("source", "float64", [z]);
    const again = prior.rsample?.({ draw: () => source }) as Expr;
    const logDet = await logDeterminant(again, source, { ...feeds, source: eps });
    const base = eps.reduce((sum, e) => sum - 0.5 * e * e - 0.5 * Math.log(2 * Math.PI), 0);
    expectClose(await numbers(prior.logProb(x), all), [base - logDet], 1e-11);
  });

  it("learns, and is refused where it makes no sense", async () => {
    const { prior, weights, feeds } = place(4);
    const x = constant([[0.1, -1, 2, 0.4]], "float64");
    for (const [name, weight] of Object.entries(weights)) {
      const got = await numbers(grad(prior.logProb(x).sum(), [weight])[0] as Expr, feeds);
      expect(
        got.some((g) => g !== 0),
        name,
      ).toBe(true);
    }
    expect(() => family.weights?.([1])).toThrow("at least 2");
    expect(() => family.rawSize([2])).toThrow("inverse-autoregressive-flow");
    expect(distributions.from(JSON.parse(JSON.stringify(family)) as never).config).toEqual(family.config);
  });
});

describe("inverse-autoregressive-flow", () => {
  const family = distributions.from("inverse-autoregressive-flow(layers=2, hidden=[9])");
  const place = (z: number, rows: number) => {
    const specs = family.weights?.([z]) ?? {};
    const weights = parameterInputs(specs, "float64");
    const size = family.rawSize([z]);
    const values = Array.from({ length: rows }, (_, r) =>
      Array.from({ length: size }, (_, i) => Math.sin(i + 2 * r)),
    );
    const raw = input("raw", "float64", [rows, size]);
    const feeds = { ...initialValues(specs, 5, "float64"), raw: values };
    return { q: family.fromRaw(raw, [z], { dtype: "float64", weights }), weights, raw, feeds };
  };

  it.each([1, 2, 5])("knows the density of its draws, as of any other point (z = %i)", async (z) => {
    const { q, feeds } = place(z, 2);
    const noise = new NoiseFeed("float64", 2);
    const x = q.rsample?.(noise, [3]) as Expr;
    const all = { ...feeds, ...noise.feeds };
    const known = await numbers(q.logProb(x), all);
    // another node of the same value, for which the flow has to be run backwards
    expectClose(await numbers(q.logProb(x.stopGradient()), all), known, 1e-11);
  });

  it("is a density", async () => {
    const { q, feeds } = place(2, 1);
    // smooth, and normal tails beyond 9
    expect(Math.abs((await massOf((x) => q.logProb(x.unsqueeze(1)), feeds, 300, 9)) - 1)).toBeLessThan(1e-6);
  });

  it("has pathwise gradients that are the derivative of each draw, and of the estimated divergence", async () => {
    const { q, raw, weights, feeds } = place(3, 2);
    const noise = new NoiseFeed("float64", 4);
    const z = q.rsample?.(noise) as Expr;
    const { value, method } = klDivergence(q, normal().prior([3], { dtype: "float64", weights: {} }), z);
    expect(method).toBe("monteCarlo");
    const weight = weights["layers.1.0.weight"] as Expr;
    const loss = value.sum().add(z.square().sum());
    const all = { ...feeds, ...noise.feeds };
    const [dRaw, dWeight] = grad(loss, [raw, weight]) as [Expr, Expr];
    const h = 1e-5;
    const at = async (index: number, by: number): Promise<number> => {
      const moved = feeds.raw.map((row, r) => row.map((v, i) => v + (r === 1 && i === index ? by : 0)));
      return (await numbers(loss, { ...all, raw: moved }))[0] as number;
    };
    const got = await numbers(dRaw, all);
    for (const index of [0, 4, 7]) {
      const want = ((await at(index, h)) - (await at(index, -h))) / (2 * h);
      // central differences are good to h^2
      expectClose([got[9 + index] as number], [want], 1e-7);
    }
    expect((await numbers(dWeight, all)).some((g) => g !== 0)).toBe(true);
  });
});
