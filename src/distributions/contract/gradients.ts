import { grad } from "../../autodiff/index.js";
import { constant, type Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { type Tensor, tensor, type TensorLike, toNumbers } from "../../tensor/index.js";
import type { Distribution, Support } from "../distribution.js";
import type { Estimate } from "./integrals.js";
import { SeededNoise } from "./noise.js";
import type { Oracle } from "./oracle.js";
import { Findings } from "./report.js";
import { chunks, deviates, meanAndError, quantileOf, strided } from "./statistics.js";
import {
  type ContractEvaluate,
  type ContractSubject,
  type Placed,
  type PlacedPoints,
  placeParams,
} from "./subject.js";

/** What the gradient checks use of a contract. */
export interface GradientSubject<P extends string> {
  readonly subject: ContractSubject<P>;
  readonly params: Readonly<Record<P, TensorLike>>;
  readonly options: { readonly evaluate: ContractEvaluate };
  readonly findings: Findings;
  readonly tolerance: number;
  readonly draws: number;
  readonly seed: number;
  readonly placed: Placed<P>;
  readonly p: Distribution;
  readonly batch: number;
  readonly event: number;
  readonly support: Support;
  run(exprs: Record<string, Expr>, feeds: Record<string, Tensor>): Promise<Record<string, number[]>>;
}

/** Smooth bounded functions of an event, summed over its coordinates with different weights: [..., batch]. */
function probe(
  c: Pick<GradientSubject<string>, "event" | "support" | "p">,
  x: Expr,
  draws: readonly number[],
): Expr {
  const weights = constant(
    Array.from({ length: c.event }, (_, k) => Math.cos(k)),
    "float64",
  );
  const sorted = [...draws.slice(0, 20_000)].sort((a, b) => a - b);
  const middle = quantileOf(sorted, 0.4);
  const width = 2 * (quantileOf(sorted, 0.9) - quantileOf(sorted, 0.1)) || 1;
  const value = c.support === "angle" ? x.sub(0.7).sin() : x.sub(middle).div(width).tanh();
  const bent = value.add(value.square().mul(0.5));
  return c.p.eventRank === 0 ? bent : bent.mul(weights).sum(-1);
}

/** Gradients through draws against the density's and the mean's derivatives, and the log-density's own. */
export async function checkGradients<P extends string>(
  c: GradientSubject<P>,
  draws: readonly number[],
  place: PlacedPoints,
  oracles: readonly Oracle[],
): Promise<void> {
  const names = Object.keys(c.params) as P[];
  if (names.length === 0) return c.findings.skip("pathwise gradients", "there are no parameters");
  const targets = names.map((name) => c.placed.nodes[name]);
  const random = oracles.some((oracle) => oracle.random);

  // The same derivative from the density: the integral of f(x) d p(x), with chunks of random points for an error.
  const weights = new Float64Array(place.count * c.batch);
  oracles.forEach((oracle, b) => {
    oracle.weights.forEach((weight, i) => {
      weights[i * c.batch + b] = weight;
    });
  });
  const batchShape = (c.p.shape as readonly number[]).slice(0, c.p.shape.length - c.p.eventRank);
  const w = constant(tensor("float64", [place.count, ...batchShape], weights));
  const density = c.p.logProb(place.node).exp();
  const parts = random ? chunks : 1;
  const size = place.count / parts;
  const fromDensity = Array.from({ length: parts }, (_, part) => {
    const mass = density
      .mul(w)
      .slice(0, part * size, (part + 1) * size)
      .mul(parts);
    return grad(
      mass.mul(probe(c, place.node, draws).slice(0, part * size, (part + 1) * size)).sum(),
      targets,
    );
  });
  const flat: Record<string, Expr> = {};
  fromDensity.forEach((list, part) => list.forEach((g, i) => (flat[`density/${part}/${names[i]}`] = g)));
  const mean = c.p.mean?.();
  const useMean = mean !== undefined && c.support !== "angle";
  if (useMean) grad(mean.sum(), targets).forEach((g, i) => (flat[`mean/${names[i]}`] = g));
  const reference = await c.run(flat, place.feeds);

  const many = placeParams(c.params, "float64", chunks);
  const q = c.subject.of(many.nodes);
  const noise = new SeededNoise("float64", c.seed + 1);
  const x = q.rsample?.call(q, noise, [c.draws / chunks]) as Expr;
  const each = names.map((name) => many.nodes[name]);
  const scale = chunks / c.draws;
  const sampled: Record<string, Expr> = {};
  grad(probe(c, x, draws).sum().mul(scale), each).forEach((g, i) => (sampled[`probe/${names[i]}`] = g));
  if (useMean) grad(x.sum().mul(scale), each).forEach((g, i) => (sampled[`mean/${names[i]}`] = g));
  const values = await c.options.evaluate(sampled, { ...many.feeds, ...noise.feeds });

  const total = probe(c, x, draws).sum().mul(scale);
  const step = 1e-5;
  const shifted = async (name: P, by: number): Promise<number> => {
    const key = `param/${name}`;
    const value = many.feeds[key] as Tensor<"float64">;
    const moved = tensor(
      "float64",
      value.shape,
      value.data.map((v) => v + by),
    );
    const got = await c.options.evaluate({ total }, { ...many.feeds, ...noise.feeds, [key]: moved });
    return toNumbers(got["total"] as Tensor)[0] as number;
  };
  for (const name of names) {
    const count = (reference[`density/0/${name}`] as number[]).length;
    const estimates = (key: string): Estimate[] => {
      const all = toNumbers(values[`${key}/${name}`] as Tensor);
      return Array.from({ length: count }, (_, j) => {
        const { mean: value, error } = meanAndError(strided(all, j, count));
        return { value, error };
      });
    };
    const integrated = Array.from({ length: count }, (_, j) =>
      meanAndError(
        Array.from({ length: parts }, (_, part) => reference[`density/${part}/${name}`]?.[j] as number),
      ),
    );
    type Wanted = readonly { readonly mean: number; readonly error: number }[];
    const compare = (what: string, got: readonly Estimate[], wanted: Wanted): boolean =>
      c.findings.close(
        `${what}, by ${name}`,
        got.map(({ value }) => value),
        wanted.map((one) => one.mean),
        got.map(
          ({ error }, j) =>
            1.4 * deviates * Math.hypot(error, wanted[j]?.error ?? 0) +
            c.tolerance * Math.max(0.1, Math.abs(wanted[j]?.mean ?? 0)),
        ),
      );
    const byDensity = "pathwise gradient of an expectation matches the density's";
    if (!compare(byDensity, estimates("probe"), integrated)) {
      // Where a limit of the support moves, its part of the derivative is not in the density's.
      const moved = await Promise.all([step, -step].map((by) => shifted(name, by)));
      const total = estimates("probe").reduce((sum, { value }) => sum + value, 0);
      const slope = ((moved[0] as number) - (moved[1] as number)) / (2 * step * chunks);
      const again = new Findings();
      const allowed = c.tolerance * Math.max(0.1, Math.abs(slope));
      if (
        again.close(`pathwise gradient matches finite differences, by ${name}`, [total], [slope], [allowed])
      ) {
        c.findings.checks.pop();
        c.findings.checks.push(...again.checks);
      }
    }
    const analytic = reference[`mean/${name}`];
    if (useMean && analytic?.every(Number.isFinite)) {
      compare(
        "pathwise gradient matches the derivative of the mean",
        estimates("mean"),
        analytic.map((value) => ({ mean: value, error: 0 })),
      );
    }
  }
  await checkSlopes(c, draws);
}

/** The gradient of the log-density against central differences, one parameter after the other. */
export async function checkSlopes<P extends string>(
  c: GradientSubject<P>,
  draws: readonly number[],
): Promise<void> {
  const names = Object.keys(c.params) as P[];
  if (names.length === 0) return;
  const rows = Math.min(50, c.draws);
  const shape = [rows, ...(c.p.shape as readonly number[])];
  const x = constant(tensor("float64", shape, Float64Array.from(draws.slice(0, rows * c.batch * c.event))));
  const logProb = c.p.logProb(x).sum();
  const nodes = names.map((name) => c.placed.nodes[name]);
  const slopes = grad(logProb, nodes);
  const exprs = Object.fromEntries(
    names.map((name, i) => [name as string, (slopes[i] as Expr).mul(nodes[i] as Expr).sum()]),
  );
  const got = await c.run(exprs, {});
  for (const name of names) {
    const key = `param/${name}`;
    const value = c.placed.feeds[key] as Tensor<"float64">;
    const step = 1e-5;
    const [up, down] = await Promise.all(
      [1 + step, 1 - step].map(async (factor) => {
        const moved = tensor(
          "float64",
          value.shape,
          value.data.map((v) => v * factor),
        );
        return (await c.run({ value: logProb }, { [key]: moved }))["value"]?.[0] as number;
      }),
    );
    const slope = ((up as number) - (down as number)) / (2 * step);
    const size = Math.max(1, Math.abs(slope), Math.abs(up as number));
    c.findings.close(
      `gradient of the log-density matches finite differences, by ${name}`,
      got[name] as number[],
      [slope],
      [1e-6 * size],
    );
  }
}
