import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { bernoulli, poisson, powerSpherical } from "./families.js";
import { exactKl } from "./kl.js";
import "./kl-pairs.js";

describe.each(["float64", "float32"] as const)("poisson at rate 0 in %s", (dtype) => {
  it("is certain of the count 0", async () => {
    const rate = input("rate", dtype, [4]);
    const p = poisson.of({ rate });
    const logProb = p.logProb(constant([0, 1, 5, 0], dtype));
    const [slope] = grad(logProb.sum(), [rate]) as [Expr];
    const mean = p.mean?.() as Expr;
    const variance = p.variance?.() as Expr;
    const got = await numbersOf({ logProb, slope, mean, variance }, { rate: [0, 0, 0, 2] });
    expect(got.logProb).toEqual([0, -Infinity, -Infinity, -2]);
    expect(got.slope).toEqual([-1, Infinity, Infinity, -1]);
    expect(got.mean).toEqual([0, 0, 0, 2]);
    expect(got.variance).toEqual([0, 0, 0, 2]);
  });

  it("diverges from another rate by that rate, and infinitely the other way round", async () => {
    const [p, q] = [input("p", dtype, [3]), input("q", dtype, [3])];
    const kl = exactKl(poisson.of({ rate: p }), poisson.of({ rate: q })) as Expr;
    const [, byQ] = grad(kl.sum(), [p, q]) as [Expr, Expr];
    const got = await numbersOf({ kl, byQ }, { p: [0, 0, 3], q: [2, 0, 0] });
    expect(got.kl).toEqual([2, 0, Infinity]);
    expect(got.byQ[0]).toBe(1);
  });
});

/**
 * Mean cosine and variances along and across the centre of a power spherical distribution in m coordinates, from the
 * moments of its beta variable Z in cos = 2 Z - 1 (mpmath, 50 digits; confirmed by quadrature of the density).
 */
const moments = [
  [2, 1e-6, 9.99999000001e-7, 0.499999749999625, 0.500000249999375],
  [2, 0.01, 0.009900990099009901, 0.4974636668632136, 0.5024383035318457],
  [2, 1, 0.5, 0.25, 0.5],
  [2, 30, 0.967741935483871, 0.0019836108220603536, 0.06149193548387097],
  [2, 10000, 0.9999000099990001, 1.999300179959009e-8, 0.00019995001099770048],
  [2, 1e8, 0.9999999900000001, 1.9999999300000018e-16, 1.9999999500000012e-8],
  [3, 1e-6, 4.99999750000125e-7, 0.33333322222217593, 0.33333338888878705],
  [3, 0.01, 0.004975124378109453, 0.33221769041110377, 0.3338787788631593],
  [3, 1, 0.3333333333333333, 0.2222222222222222, 0.3333333333333333],
  [3, 30, 0.9375, 0.003669507575757576, 0.058712121212121215],
  [3, 10000, 0.9998000399920016, 3.9976010396081364e-8, 0.00019992002799080292],
  [3, 1e8, 0.9999999800000005, 3.9999997600000105e-16, 1.9999999200000027e-8],
  [20, 1e-6, 5.2631576177285466e-8, 0.04999999749999998, 0.0500000001315788],
  [20, 0.01, 0.0005260389268805891, 0.04997499866481996, 0.05000130129569618],
  [20, 1, 0.05, 0.0475, 0.05],
  [20, 30, 0.6122448979591837, 0.012503123698458976, 0.03224489795918367],
  [20, 10000, 0.9981036031540074, 3.781634102782173e-7, 0.0001994115372409189],
  [20, 1e8, 0.9999998100000361, 3.799998157000643e-15, 1.9999994100001542e-8],
] as const;

describe.each([
  ["float64", 1e-12],
  ["float32", 2e-6],
] as const)("power-spherical in %s", (dtype, tolerance) => {
  it.each(moments)(
    "m %d, concentration %d: mean and variances are exact",
    async (m, k, cosine, along, sideways) => {
      const loc = Array.from({ length: m }, (_, i) => (i === 0 ? 1 : 0));
      const p = powerSpherical.of({ loc: constant(loc, dtype), concentration: constant(k, dtype) });
      const got = await numbersOf({ mean: p.mean(), variance: p.variance?.() as Expr });
      for (const [found, goal] of [
        [got.mean[0], cosine],
        [got.variance[0], along],
        [got.variance[1], sideways],
      ] as const) {
        expect(Math.abs((found as number) / goal - 1)).toBeLessThan(tolerance);
      }
    },
  );
});

it.each(["float64", "float32"] as const)(
  "bernoulli's density differentiates by the data too in %s",
  async (dtype) => {
    const [logits, x] = [input("logits", dtype, [4]), input("x", dtype, [4])];
    const [byLogits, byX] = grad(bernoulli.of({ logits }).logProb(x).sum(), [logits, x]) as [Expr, Expr];
    const got = await numbersOf({ byLogits, byX }, { logits: [-2, 0, 0.5, 3], x: [0.25, 1, 0, 0.5] });
    expect(got.byX).toEqual([-2, 0, 0.5, 3]);
    const mean = (l: number): number => 1 / (1 + Math.exp(-l));
    [0.25 - mean(-2), 0.5, -mean(0.5), 0.5 - mean(3)].forEach((goal, i) => {
      expect(got.byLogits[i]).toBeCloseTo(goal, 6);
    });
  },
);
