import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr } from "../graph/index.js";
import { initialValues } from "../nn/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { beta } from "./beta.js";
import { categorical } from "./categorical.js";
import type { Distribution, NoiseSource, Support } from "./distribution.js";
import { discretisedLogistic, greyLevels } from "./discretised-logistic.js";
import type { Family } from "./family.js";
import * as families from "./families.js";
import { normal } from "./normal.js";
import { distributions } from "./registry.js";
import { sharedNormal } from "./shared-normal.js";
import { describeSupport, isWithinSupport, outsideSupport } from "./support.js";

const f64 = (values: number[]): Expr => constant(values, "float64");

describe("discretisedLogistic", () => {
  it.each([
    [256, 0.4, 0.05],
    [256, -0.2, 0.3],
    [16, 1.1, 0.01],
    [2, 0.5, 2],
  ])(
    "on %d levels gives probabilities that add up to 1 and a mean within half a level",
    async (levels, loc, scale) => {
      const p = discretisedLogistic.of({ loc: f64([loc]), scale: f64([scale]) }, levels);
      const x = greyLevels(levels);
      const got = await numbersOf({ log: p.logProb(f64(x)), mean: p.mean?.() as Expr });
      const probabilities = got.log.map(Math.exp);
      expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      const mean = probabilities.reduce((sum, q, i) => sum + q * (x[i] as number), 0);
      expect(Math.abs(mean - (got.mean[0] as number))).toBeLessThan(0.5 / (levels - 1) + 1e-12);
    },
  );

  it("is the difference of two sigmoids, and stays finite where those are equal", async () => {
    const sigmoid = (t: number): number => 1 / (1 + Math.exp(-t));
    const p = discretisedLogistic.of({ loc: f64([0.3]), scale: f64([0.1]) });
    const x = 200 / 255;
    const expected = sigmoid((x + 0.5 / 255 - 0.3) / 0.1) - sigmoid((x - 0.5 / 255 - 0.3) / 0.1);
    const loc = constant([0], "float32");
    const far = discretisedLogistic.of({ loc, scale: constant([1e-3], "float32") }).logProb(constant([0.8]));
    const got = await numbersOf({
      value: p.logProb(f64([x])),
      far,
      slope: grad(far.sum(), [loc])[0] as Expr,
    });
    expect(got.value[0]).toBeCloseTo(Math.log(expected), 10);
    expect(got.far[0]).toBeLessThan(-700);
    expect(got.slope[0]).toBeCloseTo(1000, 1);
  });

  it("draws its own probabilities", async () => {
    const n = 4000;
    const p = discretisedLogistic.of({ loc: f64([0.45]), scale: f64([0.2]) }, 4);
    const even: NoiseSource = { draw: () => f64(Array.from({ length: n }, (_, i) => (i + 0.5) / n)) };
    const got = await numbersOf({ draws: p.sample?.(even, [n]) as Expr, log: p.logProb(f64(greyLevels(4))) });
    got.log.forEach((log, i) => {
      const share = got.draws.filter((x) => Math.round(3 * x) === i).length / n;
      expect(Math.abs(share - Math.exp(log))).toBeLessThan(2 / n);
    });
  });
});

describe("categorical", () => {
  it("has a softmax over levels, to which data are rounded", async () => {
    const logits = [0.3, -1, 2, 0.1, 0.7];
    const total = logits.reduce((sum, l) => sum + Math.exp(l), 0);
    const p = categorical.of({ logits: f64(logits) });
    const got = await numbersOf({
      log: p.logProb(f64([0, 0.25, 0.5, 0.75, 1, 0.45])),
      mean: p.mean?.() as Expr,
      variance: p.variance?.() as Expr,
      entropy: p.entropy?.() as Expr,
    });
    [0, 1, 2, 3, 4, 2].forEach((level, i) => {
      expect(got.log[i]).toBeCloseTo((logits[level] as number) - Math.log(total), 12);
    });
    const q = logits.map((l) => Math.exp(l) / total);
    const moment = (k: number): number => q.reduce((sum, share, i) => sum + share * (i / 4) ** k, 0);
    expect(got.mean[0]).toBeCloseTo(moment(1), 12);
    expect(got.variance[0]).toBeCloseTo(moment(2) - moment(1) ** 2, 12);
    expect(got.entropy[0]).toBeCloseTo(-q.reduce((sum, share) => sum + share * Math.log(share), 0), 12);
  });
});

describe("the normal likelihood's variance", () => {
  const raw = f64([0.5, -0.25, 0.3, 0.9]);
  const x = f64([0.1, 0.2]);
  const context = { dtype: "float64", weights: {} } as const;
  const log = (value: number, loc: number, scale: number): number =>
    -0.5 * ((value - loc) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI);

  it("is the network's, for each number", async () => {
    expect(normal().rawSize([2])).toBe(4);
    const { y } = await numbersOf({ y: normal().fromRaw(raw, [2], context).logProb(x) });
    expect(y[0]).toBeCloseTo(log(0.1, 0.5, Math.exp(0.15)) + log(0.2, -0.25, Math.exp(0.45)), 12);
  });
  it("is fixed", async () => {
    const family = normal({ scale: 0.2 });
    expect(family.rawSize([2])).toBe(2);
    const { y } = await numbersOf({ y: family.fromRaw(raw.slice(0, 0, 2), [2], context).logProb(x) });
    expect(y[0]).toBeCloseTo(log(0.1, 0.5, 0.2) + log(0.2, -0.25, 0.2), 12);
    expect(() => normal({ scale: -1 })).toThrow('normal: "scale" must be above 0, got -1');
    expect(() => normal({ loc: 0, scale: 1 }).rawSize([2])).toThrow(/all parameters of normal are fixed/);
  });
  it("is one learned number", async () => {
    const family = sharedNormal({ initialScale: 0.7 });
    const values = initialValues(family.weights?.([2]) ?? {}, 0, "float64");
    const logScale = constant(values["logScale"] as never);
    const p = family.fromRaw(raw.slice(0, 0, 2), [2], { dtype: "float64", weights: { logScale } });
    const y = p.logProb(x);
    const got = await numbersOf({ y, slope: grad(y, [logScale])[0] as Expr });
    expect(got.y[0]).toBeCloseTo(log(0.1, 0.5, 0.7) + log(0.2, -0.25, 0.7), 12);
    expect(got.slope[0]).toBeCloseTo((0.4 / 0.7) ** 2 + (0.45 / 0.7) ** 2 - 2, 12);
  });
});

describe("as a likelihood", () => {
  // A product has no parts until it is told them.
  const offered = Object.values(families).filter(
    ({ info }) => info.roles.includes("likelihood") && info.name !== "product",
  );
  const meanSupport: Partial<Record<Support, Support>> = {
    nonNegativeInteger: "positive",
    oneHot: "simplex",
  };

  it.each(offered.map(({ info }) => [info.name, info] as const))(
    "%s reads a decoder's output in float32, with a mean inside its support and finite gradients",
    async (_, info) => {
      const family: Family =
        info.shape === undefined ? info.make({}) : distributions.from(info.examples?.[0] ?? info.name);
      const size = family.rawSize([3]);
      const raw = constant([
        Array.from({ length: size }, (_, i) => Math.sin(i + 1)),
        Array.from({ length: size }, (_, i) => 30 * Math.cos(i)),
      ]);
      const weights = Object.fromEntries(
        Object.entries(initialValues(family.weights?.([3], 3) ?? {}, 0)).map(([name, value]) => [
          name,
          constant(value),
        ]),
      );
      const p: Distribution = family.fromRaw(raw, [3], { dtype: "float32", weights, dataSize: 3 });
      const y = p.logProb(
        constant([
          [0, 1, 1],
          [1, 0, 1],
        ]),
      );
      const got = await numbersOf({ y, mean: p.mean?.() as Expr, slope: grad(y.sum(), [raw])[0] as Expr });
      expect(got.y.length).toBe(2);
      expect(got.y.every(Number.isFinite)).toBe(true);
      expect(got.slope.every(Number.isFinite)).toBe(true);
      expect(got.mean.length).toBe(6);
      const inside = meanSupport[p.support] ?? p.support;
      expect(outsideSupport(inside, got.mean, 3)).toBeUndefined();
    },
  );
});

describe("beta as a likelihood", () => {
  it("takes black and white half a grey level inside, where its density is bounded", async () => {
    const raw = constant([-20, -20], "float64");
    const context = { dtype: "float64", weights: {} } as const;
    const y = beta().fromRaw(raw, [1], { ...context, role: "likelihood" });
    const z = beta().fromRaw(raw, [1], { ...context, role: "posterior" });
    const inside = f64([1 / 512]);
    const got = await numbersOf({
      edge: y.logProb(f64([0])),
      inside: z.logProb(inside),
      own: z.logProb(f64([0])),
    });
    expect(got.edge[0]).toBe(got.inside[0]);
    expect(got.own[0]).toBeGreaterThan(600);
  });
});

describe("supports", () => {
  it("refuse what lies outside, in words", () => {
    expect(outsideSupport("unitInterval", [0, 1, 0.5])).toBeUndefined();
    expect(outsideSupport("unitInterval", [0, 255])).toBe("value 1 is 255; expected numbers from 0 to 1");
    expect(outsideSupport("nonNegativeInteger", [3, 0.5])).toBe(
      "value 1 is 0.5; expected whole numbers from 0 on",
    );
    expect(outsideSupport("real", [Number.NaN])).toBe("value 0 is NaN; expected finite numbers");
    expect(outsideSupport("positive", [0])).toBe("value 0 is 0; expected numbers above 0");
    expect(outsideSupport("binary", [0, 1, 0.2])).toBe("value 2 is 0.2; expected only 0 and 1");
    expect(outsideSupport("simplex", [0.5, 0.5, 0.5, 0.6], 2)).toMatch(
      /^example 1 adds up to 1.1; expected shares/,
    );
    expect(outsideSupport("sphere", [0.6, 0.8, 0, 1], 2)).toBeUndefined();
    expect(describeSupport("angle")).toBe("angles from -pi to pi");
  });
  it("contain each other where densities do", () => {
    expect(isWithinSupport("unitInterval", "real")).toBe(true);
    expect(isWithinSupport("real", "positive")).toBe(false);
    expect(isWithinSupport("sphere", "real")).toBe(false);
  });
});
