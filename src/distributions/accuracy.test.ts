import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr } from "../graph/index.js";
import { golden, numbersOf, worstError } from "../testing/evaluate.js";
import type { Distribution } from "./distribution.js";
import * as families from "./families.js";
import { exactKl } from "./kl.js";
import "./kl-pairs.js";

type Params = Record<string, number[]>;
const { cases, kl } = golden("distributions-mpmath.json") as {
  cases: {
    distribution: string;
    params: Params;
    x: number[];
    logProb: number[];
    dLogProb: Params;
    entropy: number[];
  }[];
  kl: {
    p: { distribution: string; params: Params };
    q: { distribution: string; params: Params };
    kl: number[];
  }[];
};
const byTorchName: Record<string, { of(params: never): Distribution }> = {
  Gamma: families.gamma,
  Beta: families.beta,
  StudentT: families.studentT,
  Kumaraswamy: families.kumaraswamy,
  VonMises: families.vonMises,
  ContinuousBernoulli: families.continuousBernoulli,
};
const byName = new Map<string, { of(params: never): Distribution }>(
  Object.values(families).flatMap((family) => ("of" in family ? [[family.info.name, family as never]] : [])),
);

function nodes(params: Params, dtype: "float32" | "float64"): Record<string, Expr> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, constant(value, dtype)]));
}

/**
 * How far y moves if the inputs are rounded to float32: no float32 computation can be closer than that. In
 * float64 it is far below the tolerance.
 */
function rounding(dtype: "float32" | "float64", inputs: number[][], slopes: number[][], at: number): number {
  if (dtype === "float64") return 0;
  return inputs.reduce((sum, values, i) => {
    const value = values[at] as number;
    return sum + Math.abs((Math.fround(value) - value) * (slopes[i]?.[at] as number));
  }, 0);
}

describe.each(["float64", "float32"] as const)("from tiny to huge parameters in %s", (dtype) => {
  const limit = { float64: 1e-9, float32: 1e-4 }[dtype];

  it.each(cases.map((one) => [one.distribution, one] as const))("%s", async (name, reference) => {
    const params = nodes(reference.params, dtype);
    const x = constant(reference.x, dtype);
    const p = (byTorchName[name] as (typeof byTorchName)[string]).of(params as never);
    const logProb = p.logProb(x);
    const keys = Object.keys(params);
    const slopes = grad(logProb.sum(), [...Object.values(params), x]);
    const got = await numbersOf<string>({
      logProb,
      entropy: p.entropy?.() as Expr,
      x: slopes.at(-1) as Expr,
      ...Object.fromEntries(keys.map((key, i) => [`d ${key}`, slopes[i] as Expr])),
    });
    const inputs = [...Object.values(reference.params), reference.x];
    const sensitivity = [...keys.map((key) => reference.dLogProb[key] as number[]), got["x"] as number[]];
    reference.logProb.forEach((wanted, i) => {
      const allowed = limit * Math.max(1, Math.abs(wanted)) + rounding(dtype, inputs, sensitivity, i);
      const found = got["logProb"]?.[i] as number;
      expect(Math.abs(found - wanted), `log p ${i}: ${found}, expected ${wanted}`).toBeLessThan(allowed);
    });
    const entropy = worstError(got["entropy"] as number[], reference.entropy);
    expect(entropy.error, `entropy ${entropy.at}`).toBeLessThan(limit);
    for (const key of keys) {
      const wanted = reference.dLogProb[key] as number[];
      // Derivatives of float32's rounded inputs differ by about the same share as the values do, times 10.
      const { error, at } = worstError(got[`d ${key}`] as number[], wanted);
      const slack = dtype === "float32" ? 10 * limit : limit;
      expect(error, `d ${key} ${at}: ${got[`d ${key}`]?.[at]}, expected ${wanted[at]}`).toBeLessThan(slack);
    }
  });

  it.each(kl.map((one) => [one.p.distribution, one.q.distribution, one] as const))(
    "KL(%s || %s)",
    async (p, q, one) => {
      const of = (name: string, params: Params): Distribution =>
        (byName.get(name) as { of(params: never): Distribution }).of(nodes(params, dtype) as never);
      const exact = exactKl(of(p, one.p.params), of(q, one.q.params));
      expect(exact).toBeDefined();
      const got = await numbersOf({ exact: exact as Expr });
      const { error, at } = worstError(got.exact, one.kl);
      expect(error, `${got.exact[at]}, expected ${one.kl[at]}`).toBeLessThan(limit);
    },
  );
});
