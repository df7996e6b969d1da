import { describe, expect, it } from "vitest";
import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { evaluateOn, type Feeds } from "../../runtime/index.js";
import { nodeBackend } from "../../runtime/node.js";
import { tensor, type Tensor, type TensorLike } from "../../tensor/index.js";
import { positive, real } from "../constraint.js";
import { defineDistribution } from "../define.js";
import {
  bernoulli,
  beta,
  cauchy,
  continuousBernoulli,
  dirichlet,
  exponential,
  gamma,
  gumbel,
  halfNormal,
  kumaraswamy,
  laplace,
  logistic,
  logisticNormal,
  logNormal,
  normal,
  poisson,
  studentT,
  uniform,
  vonMises,
} from "../families.js";
import { checkDistribution, type ContractOptions } from "./check.js";
import type { ContractSubject } from "./subject.js";

const backend = nodeBackend("cpu", 2);
const evaluate = async (
  exprs: Readonly<Record<string, Expr>>,
  feeds: Feeds,
): Promise<Record<string, Tensor>> => evaluateOn(await backend, exprs, feeds);

/** Two elements for each parameter. */
function pairs<P extends string>(values: Readonly<Record<P, readonly number[]>>): Record<P, TensorLike> {
  return values;
}

function wide(values: Readonly<Record<string, readonly number[]>>): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(values).map(([name, list]) => [
      name,
      tensor("float64", [list.length], Float64Array.from(list)),
    ]),
  );
}

type Options = Omit<ContractOptions<string>, "evaluate">;

async function passes(
  subject: unknown,
  params: Record<string, TensorLike>,
  options: Options = {},
): Promise<void> {
  const report = await checkDistribution(subject as ContractSubject<string>, params, {
    evaluate,
    ...options,
  });
  expect(report.checks.length).toBeGreaterThan(3);
  expect(report.checks.filter(({ outcome }) => outcome === "failed")).toEqual([]);
}

const locScale = pairs({ loc: [-0.7, 2], scale: [0.4, 1.8] });
const extremeLocScale = [
  { loc: 0, scale: 1e-6 },
  { loc: 1e4, scale: 1e4 },
];
const other = { loc: [0.3, 0.5], scale: [1.1, 0.9] };

describe("every family keeps the contract:", () => {
  it("normal", () =>
    passes(normal, locScale, {
      against: [
        normal.of(wide(other) as never),
        laplace.of(wide(other) as never),
        gumbel.of(wide(other) as never),
      ],
      extremes: extremeLocScale,
    }));
  it("laplace", () =>
    passes(laplace, locScale, {
      against: [laplace.of(wide(other) as never), normal.of(wide(other) as never)],
      extremes: extremeLocScale,
    }));
  it("logistic", () => passes(logistic, locScale, { extremes: extremeLocScale }));
  it("gumbel", () =>
    passes(gumbel, locScale, {
      against: [gumbel.of(wide(other) as never), normal.of(wide(other) as never)],
      extremes: extremeLocScale,
    }));
  it("cauchy", () =>
    passes(cauchy, locScale, { against: [cauchy.of(wide(other) as never)], extremes: extremeLocScale }));
  it("student-t", () =>
    passes(
      studentT,
      { ...locScale, df: [3.5, 9] },
      {
        extremes: [
          { df: 0.05, loc: 0, scale: 1 },
          { df: 1e5, loc: 3, scale: 1e-3 },
        ],
      },
    ));
  it("uniform", () =>
    passes(
      uniform,
      { low: [-1, 2], high: [0.5, 7] },
      {
        against: [normal.of(wide(other) as never), uniform.of(wide({ low: [-2, 1], high: [3, 8] }) as never)],
      },
    ));
  it("log-normal", () =>
    passes(
      logNormal,
      { loc: [-0.5, 0.4], scale: [0.3, 0.8] },
      {
        against: [logNormal.of(wide(other) as never), normal.of(wide(other) as never)],
        extremes: [{ loc: 0, scale: 8 }],
      },
    ));
  it("half-normal", () =>
    passes(
      halfNormal,
      { scale: [0.3, 2] },
      {
        against: [halfNormal.of(wide({ scale: [1, 1] }) as never)],
        extremes: [{ scale: 1e-5 }, { scale: 1e5 }],
      },
    ));
  it("exponential", () =>
    passes(
      exponential,
      { rate: [0.3, 2] },
      {
        against: [
          exponential.of(wide({ rate: [1, 1.5] }) as never),
          gamma.of(wide({ concentration: [0.7, 3], rate: [1, 1.5] }) as never),
          normal.of(wide(other) as never),
          gumbel.of(wide(other) as never),
        ],
        extremes: [{ rate: 1e-5 }, { rate: 1e5 }],
      },
    ));
  it("gamma", () =>
    passes(
      gamma,
      { concentration: [0.4, 1, 9], rate: [2, 0.5, 3] },
      {
        against: [
          gamma.of(wide({ concentration: [0.7, 3, 5], rate: [1, 1.5, 2] }) as never),
          exponential.of(wide({ rate: [1, 1.5, 2] }) as never),
          normal.of(wide({ loc: [1, 1, 2], scale: [1, 2, 3] }) as never),
          gumbel.of(wide({ loc: [1, 1, 2], scale: [1, 2, 3] }) as never),
        ],
        extremes: [
          { concentration: 1e-3, rate: 1 },
          { concentration: 1e4, rate: 1e-2 },
        ],
      },
    ));
  it("beta", () =>
    passes(
      beta,
      { concentration1: [0.7, 4, 30], concentration0: [1.2, 2, 50] },
      {
        against: [
          beta.of(wide({ concentration1: [1, 2, 9], concentration0: [1, 5, 9] }) as never),
          uniform.of(wide({ low: [-1, 0, -2], high: [1, 1, 3] }) as never),
          normal.of(wide({ loc: [-1, 0, -2], scale: [1, 1, 3] }) as never),
        ],
        extremes: [
          { concentration1: 1e-2, concentration0: 1e-2 },
          { concentration1: 1e3, concentration0: 1e4 },
        ],
      },
    ));
  it("kumaraswamy", () =>
    passes(
      kumaraswamy,
      { concentration1: [0.7, 4], concentration0: [1.2, 2] },
      {
        extremes: [
          { concentration1: 0.05, concentration0: 0.05 },
          { concentration1: 100, concentration0: 100 },
        ],
      },
    ));
  it("von-mises", () =>
    passes(
      vonMises,
      { loc: [0.5, 3], concentration: [0.3, 12] },
      {
        against: [vonMises.of(wide({ loc: [-1, 2], concentration: [2, 5] }) as never)],
        extremes: [
          { loc: 0, concentration: 1e-4 },
          { loc: 1, concentration: 1e4 },
        ],
      },
    ));
  it("continuous-bernoulli", () =>
    passes(
      continuousBernoulli,
      { logits: [-3, 0.2, 8] },
      { extremes: [{ logits: 60 }, { logits: -60 }, { logits: 1e-9 }] },
    ));
  it("bernoulli", () => passes(bernoulli, { logits: [-1, 2.5] }, { support: "binary" }));
  it("poisson", () => passes(poisson, { rate: [0.6, 14] }));
  it("dirichlet", () =>
    passes(
      dirichlet,
      {
        concentration: [
          [0.9, 2, 1.3],
          [3, 5, 2],
        ],
      },
      {
        against: [dirichlet.of({ concentration: tensor("float64", [3], Float64Array.from([1, 2, 3])) })],
        extremes: [{ concentration: [0.01, 0.01, 0.01] }, { concentration: [1e3, 1, 1e-2] }],
      },
    ));
  it("logistic-normal", () =>
    passes(
      logisticNormal,
      { loc: [0.3, -0.5], scale: [0.6, 1.1] },
      {
        against: [
          logisticNormal.of({
            loc: tensor("float64", [2]),
            scale: tensor("float64", [2], Float64Array.of(1, 2)),
          }),
        ],
      },
    ));
});

describe("the contract catches", () => {
  const triangular = {
    name: "triangular",
    params: { low: real, width: positive },
    noise: { u: "uniform" },
    rsample: ({ low, width }: Record<"low" | "width", Expr>, { u }: Record<"u", Expr>) =>
      low.add(width.mul(u.sqrt())),
    logProb: ({ low, width }: Record<"low" | "width", Expr>, x: Expr) => {
      const t = x.sub(low).div(width);
      const inside = t.greater(0).and(t.less(1));
      return inside.where(inside.where(t, 0.5).mul(2).div(width).log(), -Infinity);
    },
  } as const;
  const params = { low: [0, -1], width: [1, 2] };
  const check = (changes: object): Promise<unknown> =>
    checkDistribution(defineDistribution({ ...triangular, ...changes }), params, { evaluate });

  it("nothing in the example of the guide", async () => {
    await expect(check({})).resolves.toBeDefined();
  });
  it("a density that lacks a factor", async () => {
    await expect(
      check({ logProb: (p: Record<"low" | "width", Expr>, x: Expr) => triangular.logProb(p, x).sub(0.01) }),
    ).rejects.toThrow(/FAIL density integrates to one/);
  });
  it("a sampler of another distribution", async () => {
    await expect(
      check({
        rsample: ({ low, width }: Record<"low" | "width", Expr>, { u }: Record<"u", Expr>) =>
          low.add(width.mul(u.pow(0.52))),
      }),
    ).rejects.toThrow(/FAIL samples pass the Kolmogorov-Smirnov/);
  });
  it("a gradient that does not flow", async () => {
    await expect(
      check({
        rsample: ({ low, width }: Record<"low" | "width", Expr>, { u }: Record<"u", Expr>) =>
          low.add(width.stopGradient().mul(u.sqrt())),
      }),
    ).rejects.toThrow(/FAIL pathwise gradient of an expectation .* by width/);
  });
  it("a wrong mean, variance and entropy", async () => {
    const wrong = (name: string) => check({ [name]: ({ width }: Record<"width", Expr>) => width.mul(0.6) });
    await expect(wrong("mean")).rejects.toThrow(/FAIL mean matches/);
    await expect(
      check({
        mean: ({ low, width }: Record<"low" | "width", Expr>) => low.add(width.mul(2 / 3)),
        variance: ({ width }: Record<"width", Expr>) => width,
      }),
    ).rejects.toThrow(/FAIL variance matches/);
    await expect(wrong("entropy")).rejects.toThrow(/FAIL entropy matches/);
  });
});
