import { describe, expect, it } from "vitest";
import { constant } from "../graph/index.js";
import { tensor } from "../tensor/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { distributions, klDivergence, normal } from "./index.js";

const mean = [
  [0.5, -1],
  [2, 0.25],
  [0, 0],
];
const logVar = [
  [0.2, -0.4],
  [0, 1],
  [-1, 0.5],
];
const family = distributions.from("class-normal");
const context = {
  dtype: "float64",
  weights: { mean: constant(mean, "float64"), logVar: constant(logVar, "float64") },
} as const;
const given = [
  [0, 1, 0],
  [1, 0, 0],
];
const prior = family.prior([2], { ...context, condition: constant(given, "float64") });
const chosen = [1, 0] as const;

describe("class-normal", () => {
  it("is for each example the normal of its class, with an exact divergence", async () => {
    expect(prior.shape).toEqual([2, 2]);
    const loc = [
      [0.3, 0.1],
      [-0.2, 1.5],
    ];
    const scale = [
      [0.7, 1.2],
      [0.4, 2],
    ];
    const posterior = normal().fromRaw(
      constant(
        loc.map((row, n) => [...row, ...(scale[n] as number[]).map((s) => 2 * Math.log(s))]),
        "float64",
      ),
      [2],
      { dtype: "float64", weights: {} },
    );
    const z = constant(loc, "float64");
    const { value, method } = klDivergence(posterior, prior, z);
    expect(method).toBe("exact");
    const draws = z.unsqueeze(0).expand([3, 2, 2]);
    const got = await numbersOf({ kl: value, density: prior.logProb(z), drawn: prior.logProb(draws) });
    for (const n of [0, 1]) {
      const [m, v] = [mean[chosen[n] as 0], (logVar[chosen[n] as 0] as number[]).map(Math.exp)] as [
        number[],
        number[],
      ];
      const [kl, density] = [0, 1].reduce(
        ([sum, log], k) => {
          const [x, s] = [loc[n]?.[k] as number, scale[n]?.[k] as number];
          const ratio = (s * s) / (v[k] as number);
          const square = (x - (m[k] as number)) ** 2 / (v[k] as number);
          return [
            sum + 0.5 * (ratio - 1 - Math.log(ratio) + square),
            log - 0.5 * (square + Math.log(2 * Math.PI * (v[k] as number))),
          ];
        },
        [0, 0],
      );
      expect(got.kl[n]).toBeCloseTo(kl, 12);
      expect(got.density[n]).toBeCloseTo(density, 12);
      expect([0, 1, 2].map((k) => got.drawn[2 * k + n])).toEqual(Array(3).fill(got.density[n]));
    }
  });

  it("starts as a standard normal of each class", () => {
    const { mean: spec } = family.weights?.([4], 9, 3) ?? {};
    expect(spec?.shape).toEqual([3, 4]);
    const values = tensor("float64", [3, 4]).data.fill(7);
    spec?.init(values, undefined as never);
    expect([...values]).toEqual(Array(12).fill(0));
  });

  it("is refused without a condition, as a posterior, and as one of several", () => {
    expect(() => family.prior([2], context)).toThrow("the model has no condition");
    expect(() => family.rawSize([2])).toThrow("class-normal can be a prior only");
    expect(() => distributions.from("mixture(of=class-normal)").weights?.([2])).toThrow(
      "can be a prior only",
    );
  });
});
