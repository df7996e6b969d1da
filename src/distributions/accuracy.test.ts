import { describe, expect, it, test } from "vitest";
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
/** Pairs with a closed form; all inputs are held exactly by float32. */
const pairs = (
  golden("kl-mpmath.json") as {
    cases: { p: string; q: string; level: string; inputs: Params; kl: number[]; slopes: Params }[];
  }
).cases;
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

describe.each(["float64", "float32"] as const)("from tiny to huge parameters in %s", (dtype) => {
  const limit = { float64: 1e-9, float32: 1e-4 }[dtype];

  it.each(cases.map((one) => [one.distribution, one] as const))("%s", async (name, reference) => {
    const params = nodes(reference.params, dtype);
    const x = constant(reference.x, dtype);
    const p = (byTorchName[name] as (typeof byTorchName)[string]).of(params as never);
    const logProb = p.logProb(x);
    const keys = Object.keys(params);
    const slopes = grad(logProb.sum(), Object.values(params));
    const got = await numbersOf<string>({
      logProb,
      entropy: p.entropy?.() as Expr,
      ...Object.fromEntries(keys.map((key, i) => [`d ${key}`, slopes[i] as Expr])),
    });
    const density = worstError(got["logProb"] as number[], reference.logProb);
    expect(density.error, `log p ${density.at}`).toBeLessThan(limit);
    const entropy = worstError(got["entropy"] as number[], reference.entropy);
    expect(entropy.error, `entropy ${entropy.at}`).toBeLessThan(limit);
    for (const key of keys) {
      const wanted = reference.dLogProb[key] as number[];
      const { error, at } = worstError(got[`d ${key}`] as number[], wanted);
      expect(error, `d ${key} ${at}: ${got[`d ${key}`]?.[at]}, expected ${wanted[at]}`).toBeLessThan(limit);
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

  it.each(pairs.map((one) => [one.p, one.q, one.level, one] as const))(
    "KL(%s || %s) and its gradients, %s",
    async (p, q, _level, { inputs, kl: values, slopes }) => {
      const params = nodes(inputs, dtype);
      const keys = Object.keys(params);
      const of = (name: string, side: string): Distribution => {
        const own = keys.filter((key) => key.startsWith(side)).map((key) => [key.slice(2), params[key]]);
        return (byName.get(name) as { of(params: never): Distribution }).of(Object.fromEntries(own) as never);
      };
      const exact = exactKl(of(p, "p."), of(q, "q.")) as Expr;
      const parts = grad(exact.sum(), Object.values(params));
      const got = await numbersOf<string>({
        kl: exact,
        ...Object.fromEntries(keys.map((key, i) => [key, parts[i] as Expr])),
      });
      // What overflows float32 is left out.
      const fits = values.map((value, i) =>
        [value, ...keys.map((key) => slopes[key]?.[i] as number)].every((x) => Math.abs(x) < 1e37),
      );
      const some = (list: number[] | undefined): number[] => (list ?? []).filter((_, i) => fits[i]);
      for (const [name, wanted] of [["kl", values] as const, ...Object.entries(slopes)]) {
        const { error, at } = worstError(some(got[name]), some(wanted));
        expect(error, `${name}: ${some(got[name])[at]}, expected ${some(wanted)[at]}`).toBeLessThan(limit);
      }
    },
  );
});

test.each([
  ["float64", 1e-6], // as good as the central differences are
  ["float32", 1e-4],
] as const)("draws of the continuous Bernoulli by their logits in %s", async (dtype, limit) => {
  const draw = (logit: number, u: number): number => Math.log1p(u * Math.expm1(logit)) / logit;
  const points = [-3, -0.49, -0.1, -0.02, -1.1e-3, 1.1e-3, 0.02, 0.1, 0.49, 3].flatMap((logit) =>
    [1 / 1024, 1 / 64, 0.3125, 0.5, 0.8125, 1 - 1 / 64].map((u) => [logit, u] as const),
  );
  const h = 1e-3;
  const wanted = points.map(([logit, u]) => (draw(logit + h, u) - draw(logit - h, u)) / (2 * h));
  const logits = constant(
    points.map(([logit]) => logit),
    dtype,
  );
  const u = constant(
    points.map((point) => point[1]),
    dtype,
  );
  const z = families.continuousBernoulli.of({ logits }).rsample?.({ draw: () => u }) as Expr;
  const { slope } = await numbersOf({ slope: grad(z.sum(), [logits])[0] as Expr });
  const { error, at } = worstError(slope, wanted, 1e-9);
  expect(error, `at ${points[at]?.join()}: ${slope[at]}, expected ${wanted[at]}`).toBeLessThan(limit);
});
