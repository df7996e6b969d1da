import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr } from "../graph/index.js";
import { golden, numbersOf, worstError } from "../testing/evaluate.js";
import { beta } from "./beta.js";
import { bernoulli } from "./bernoulli.js";
import { cauchy } from "./cauchy.js";
import { continuousBernoulli } from "./continuous-bernoulli.js";
import { dirichlet } from "./dirichlet.js";
import type { Distribution } from "./distribution.js";
import { exponential } from "./exponential.js";
import { gamma } from "./gamma.js";
import { gumbel } from "./gumbel.js";
import { halfNormal } from "./half-normal.js";
import { exactKl } from "./kl.js";
import { kumaraswamy } from "./kumaraswamy.js";
import { laplace } from "./laplace.js";
import { logNormal } from "./log-normal.js";
import { logistic } from "./logistic.js";
import { normal } from "./normal.js";
import { poisson } from "./poisson.js";
import { studentT } from "./student-t.js";
import { uniform } from "./uniform.js";
import { vonMises } from "./von-mises.js";

type Nested = number[] | number[][];
type Params = Record<string, Nested>;
interface Case {
  distribution: string;
  params: Params;
  x: Nested;
  logProb: number[];
  dLogProb: Params;
  mean?: Nested;
  variance?: Nested;
  entropy?: Nested;
}
interface KlCase {
  p: { distribution: string; params: Params };
  q: { distribution: string; params: Params };
  kl: number[];
  dKl_dp: Params;
}

/** By the names of torch.distributions, which the golden files use. */
const families = {
  Normal: normal,
  Laplace: laplace,
  Logistic: logistic,
  StudentT: studentT,
  Cauchy: cauchy,
  Gumbel: gumbel,
  LogNormal: logNormal,
  HalfNormal: halfNormal,
  Exponential: exponential,
  Gamma: gamma,
  Beta: beta,
  Kumaraswamy: kumaraswamy,
  Uniform: uniform,
  Bernoulli: bernoulli,
  ContinuousBernoulli: continuousBernoulli,
  Poisson: poisson,
  VonMises: vonMises,
  Dirichlet: dirichlet,
} as unknown as Record<string, { of(params: Record<string, Expr>): Distribution }>;

const tolerance = { float64: 1e-9, float32: 1e-4 } as const;
const dtypes = ["float64", "float32"] as const;
const { cases } = golden("distributions.json") as { cases: Case[] };
const klCases = (golden("kl.json") as { cases: KlCase[] }).cases;

function nodes(params: Params, dtype: "float32" | "float64"): Record<string, Expr> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, constant(value, dtype)]));
}

function expectClose(what: string, got: number[], expected: Nested, limit: number): void {
  const { error, at } = worstError(got, expected.flat(), 1);
  expect(error, `${what}: ${got[at]}, expected ${expected.flat()[at]}`).toBeLessThan(limit);
}

/** d(sum of y)/d(each parameter), by name. */
function slopes(y: Expr, params: Record<string, Expr>): Record<string, Expr> {
  const parts = grad(y.sum(), Object.values(params));
  return Object.fromEntries(Object.keys(params).map((name, i) => [`d ${name}`, parts[i] as Expr]));
}

describe.each(dtypes)("golden values in %s", (dtype) => {
  it.each(cases.filter((c) => c.distribution in families).map((c) => [c.distribution, c] as const))(
    "%s",
    async (name, reference) => {
      const params = nodes(reference.params, dtype);
      const distribution = (families[name] as (typeof families)[string]).of(params);
      const logProb = distribution.logProb(constant(reference.x, dtype));
      const moments = ["mean", "variance", "entropy"] as const;
      const some = moments.flatMap((key) => {
        const value = distribution[key]?.();
        return value === undefined || reference[key] === undefined ? [] : [[key, value] as const];
      });
      const got = await numbersOf<string>({
        logProb,
        ...slopes(logProb, params),
        ...Object.fromEntries(some),
      });
      // PyTorch's von Mises has Bessel functions of six or seven digits; ours are tested against mpmath.
      const limit = name === "VonMises" ? Math.max(2e-7, tolerance[dtype]) : tolerance[dtype];
      expectClose("logProb", got["logProb"] as number[], reference.logProb, limit);
      for (const [param, expected] of Object.entries(reference.dLogProb)) {
        expectClose(`d ${param}`, got[`d ${param}`] as number[], expected, limit);
      }
      for (const [key] of some) {
        expectClose(key, got[key] as number[], reference[key] as Nested, limit);
      }
      // Cauchy alone has no mean and no variance.
      if (name !== "Cauchy") {
        const missing = moments.filter((key) => reference[key] && !some.some(([other]) => other === key));
        expect(missing).toEqual([]);
      }
    },
  );

  const known = klCases.filter((c) => c.p.distribution in families && c.q.distribution in families);
  it.each(known.map((c) => [c.p.distribution, c.q.distribution, c] as const))(
    "KL(%s || %s)",
    async (pName, qName, reference) => {
      const pParams = nodes(reference.p.params, dtype);
      const p = (families[pName] as (typeof families)[string]).of(pParams);
      const q = (families[qName] as (typeof families)[string]).of(nodes(reference.q.params, dtype));
      const kl = exactKl(p, q) as Expr;
      const got = await numbersOf<string>({ kl, ...slopes(kl, pParams) });
      expectClose("kl", got["kl"] as number[], reference.kl, tolerance[dtype]);
      for (const [param, expected] of Object.entries(reference.dKl_dp)) {
        expectClose(`d ${param}`, got[`d ${param}`] as number[], expected, tolerance[dtype]);
      }
    },
  );
});
