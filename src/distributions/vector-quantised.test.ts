import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { expectClose, numbers } from "../testing/support.js";
import type { Distribution } from "./distribution.js";
import type { FamilyContext } from "./family.js";
import { exactKl, klDivergence } from "./kl.js";
import { normal } from "./normal.js";
import { distributions } from "./registry.js";

const family = distributions.from("vector-quantised(codes=3, width=2, commitment=0.5)");
const codebook = input("codebook", "float64", [3, 2]);
const raw = input("raw", "float64", [2, 4]);
const context: FamilyContext = { dtype: "float64", weights: { codebook } };
const q = family.fromRaw(raw, [4], context);
const feeds = {
  codebook: [
    [0, 0],
    [1, 1],
    [-2, 0],
  ],
  raw: [
    [0.1, 0.2, 0.9, 0.7],
    [-3, 1, -0.2, 0],
  ],
};

describe("vector quantisation", () => {
  it("takes the nearest codes, and passes gradients to the encoder as they are", async () => {
    const noise = new NoiseFeed("float64", 1);
    const z = q.rsample?.(noise) as Expr;
    expect(await numbers(z, feeds)).toEqual([0, 0, 1, 1, -2, 0, 0, 0]);
    const weights = input("w", "float64", [2, 4]);
    const w = [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ];
    const [dRaw, dBook] = grad(z.mul(weights).sum(), [raw, codebook]) as [Expr, Expr];
    expect(await numbers(dRaw, { ...feeds, w })).toEqual(w.flat());
    expect(await numbers(dBook, feeds)).toEqual([0, 0, 0, 0, 0, 0]);
    expect((q.rsample?.(noise, [5]) as Expr).shape).toEqual([5, 2, 4]);
  });

  it("has a codebook loss and a commitment loss, each with gradients for its side only", async () => {
    const loss = q.auxiliaryLoss?.() as Expr;
    const squares = [0.05 + 0.01 + 0.09, 1 + 1 + 0.04];
    expectClose(
      await numbers(loss, feeds),
      squares.map((s) => 1.5 * s),
      1e-12,
    );
    const [dRaw, dBook] = grad(loss.sum(), [raw, codebook]) as [Expr, Expr];
    // commitment 0.5: d/draw = 2 * 0.5 * (raw - code)
    expectClose(await numbers(dRaw, feeds), [0.1, 0.2, -0.1, -0.3, -1, 1, -0.2, 0], 1e-12);
    // d/dcode = 2 * sum(code - raw) over the vectors that chose it
    expectClose(await numbers(dBook, feeds), [-0.2 + 0.4, -0.4, 0.2, 0.6, 2, -2], 1e-12);
  });

  it("goes with a prior of its own codes, at a constant divergence", async () => {
    const uniform = distributions.from("uniform-codes");
    const prior = uniform.prior([4], { ...context, weights: {}, dataSize: 9, encode: () => q });
    expect(uniform.weights).toBeUndefined();
    expectClose(await numbers(exactKl(q, prior) as Expr, feeds), [2 * Math.log(3), 2 * Math.log(3)], 1e-12);
    expect(await numbers(grad((exactKl(q, prior) as Expr).sum(), [raw])[0] as Expr, feeds)).toEqual(
      new Array(8).fill(0),
    );
    const noise = new NoiseFeed("float64", 2);
    const n = 9000;
    const z = await numbers(prior.sample?.(noise, [n]) as Expr, { ...feeds, ...noise.feeds });
    const counts = [0, 1, -2].map((x) => z.filter((value, i) => i % 2 === 0 && value === x).length);
    // 18,000 draws of three equally likely codes: five standard deviations
    for (const count of counts) expect(Math.abs(count - 6000)).toBeLessThan(5 * Math.sqrt(18_000 * (2 / 9)));
    expect(counts.reduce((a, b) => a + b)).toBe(18_000);
  });

  it("is refused where it makes no sense", () => {
    const standard = normal().prior([4], context);
    expect(() => klDivergence(q, standard, raw)).toThrow("its prior must be uniform-codes");
    const other = (): Distribution => standard;
    const uniform = distributions.from("uniform-codes");
    expect(() => family.prior([4], context)).toThrow("its prior is uniform-codes");
    expect(() => uniform.prior([4], { ...context, dataSize: 9, encode: other })).toThrow(
      "needs a vector-quantised",
    );
    expect(() => family.rawSize([3])).toThrow("width 2");
  });
});
