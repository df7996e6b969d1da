import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { vectorJacobianProduct } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { type FloatType, type Tensor, toNumbers } from "../tensor/index.js";
import { Program } from "../testing/program.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { type Distribution, drawFrom } from "./distribution.js";
import * as families from "./families.js";
import { exactKl } from "./kl.js";
import "./kl-pairs.js";
import { outsideSupport } from "./support.js";

/** Numbers as JSON has them: NaN and infinities as text. */
type Listed = readonly (number | string)[];

interface Case {
  readonly distribution: string;
  readonly params: Readonly<Record<string, Listed>>;
  /** Of each point, which row of parameters it belongs to. */
  readonly row: readonly number[];
  readonly x: Listed;
  readonly logProb: Listed;
  /** NaN where there is none. */
  readonly dLogProb: Readonly<Record<string, Listed>>;
  readonly mean?: Listed;
  readonly variance?: Listed;
  readonly entropy?: Listed;
  /** Of two rows of parameters, the divergence of the first from the second. */
  readonly kl?: readonly (readonly [number, number, number | string])[];
}

const { cases } = JSON.parse(
  readFileSync(new URL("../../goldens/distribution-extremes.json", import.meta.url), "utf8"),
) as { cases: readonly Case[] };

/** In float32 the logarithm of a draw is itself rounded, of which a narrow one is made: see docs/distributions.md. */
const isException = (name: string, dtype: FloatType): boolean => name === "log-normal" && dtype === "float32";

type Reach = "mild" | "wide" | "beyond";

/** How far from 1 parameters are. */
function reachOf(params: readonly number[]): Reach {
  const within = (most: number): boolean =>
    params.every((x) => x === 0 || (Math.abs(x) * 1.1 > 1 / most && Math.abs(x) < most * 1.1));
  return within(1e3) ? "mild" : within(1e9) ? "wide" : "beyond";
}

/** Families whose draws are as many deviations apart at every parameter. */
const light = new Set([
  "normal",
  "laplace",
  "logistic",
  "gumbel",
  "half-normal",
  "exponential",
  "uniform",
  "continuous-bernoulli",
]);

const byName = new Map<string, { of(params: never): Distribution }>(
  Object.values(families).flatMap((family) => ("of" in family ? [[family.info.name, family as never]] : [])),
);

/** Relative to the value, to 1, or to what a derivative is made of near a mode. */
const tolerance = { float64: 1e-9, float32: 1e-4 };

/**
 * How close to a goal a number is. In float32 only parameters from 1e-3 to 1e3 are held to the tolerance, as the documentation
 * says; up to 1e-9 and 1e9, finite must be finite, where its square is within the range.
 */
function fits(found: number, listed: number | string, dtype: FloatType, size: number, reach: Reach): boolean {
  if (listed === "end") return Number.isFinite(found);
  const goal =
    dtype === "float32" && Math.abs(Number(listed)) > 3.4e38 ? Math.fround(Number(listed)) : Number(listed);
  if (dtype === "float32" && reach === "beyond") return true;
  if (dtype === "float32" && reach === "wide" && Number.isFinite(goal)) {
    return Number.isFinite(found) || Math.abs(goal) > 1e18;
  }
  if (Object.is(found + 0, goal + 0)) return true;
  return (
    Number.isFinite(goal) && Math.abs(found - goal) <= tolerance[dtype] * Math.max(1, Math.abs(goal), size)
  );
}

describe.each(["float64", "float32"] as const)("at the ends of parameters and supports, in %s:", (dtype) => {
  it.each(cases.map((one) => [one.distribution, one] as const))("%s", async (name, one) => {
    const keys = Object.keys(one.params);
    const count = (one.params[keys[0] as string] as Listed).length;
    const make = (n: number, at: string): { nodes: Expr[]; p: Distribution } => {
      const nodes = keys.map((key) => input(`${at} ${key}`, dtype, [n]));
      const params = Object.fromEntries(keys.map((key, i) => [key, nodes[i]]));
      return { nodes, p: (byName.get(name) as { of(params: never): Distribution }).of(params as never) };
    };
    const rows = make(count, "row");
    const points = make(one.x.length, "point");
    const x = input("x", dtype, [one.x.length]);
    const logProb = points.p.logProb(x);
    const ones = constant(1, dtype).expand(logProb.shape);
    const slopes = vectorJacobianProduct([logProb], [ones], points.nodes);
    const exprs: Record<string, Expr> = { logProb };
    for (const key of ["mean", "variance", "entropy"] as const) {
      const value = rows.p[key]?.();
      if (one[key] !== undefined && value !== undefined) exprs[key] = value;
    }
    keys.forEach((key, i) => (exprs[`d ${key}`] = slopes[i] as Expr));
    const program = await Program.of(exprs);
    const feeds: Record<string, number[]> = { x: one.x.map(Number) };
    for (const [key, values] of Object.entries(one.params)) {
      feeds[`row ${key}`] = values.map(Number);
      feeds[`point ${key}`] = one.row.map((row) => Number(values[row]));
    }
    const got = await program.run(feeds);
    await program.close();
    const wrong: string[] = [];
    const check = (what: string, listed: Listed | undefined, ofPoint: boolean): void => {
      if (got[what] === undefined || listed === undefined) return;
      toNumbers(got[what]).forEach((found, i) => {
        if (what.startsWith("d ") && listed[i] === "NaN") return;
        const row = ofPoint ? (one.row[i] as number) : i;
        const own = keys.map((key) => Number(one.params[key]?.[row]));
        // A derivative near a mode is a difference of terms as large as the parameters' ratio.
        const size = what.startsWith("d ")
          ? Math.max(1, ...own.map(Math.abs)) / Math.abs(Number(one.params[what.slice(2)]?.[row]))
          : 1;
        const reach = isException(name, dtype) ? "wide" : reachOf(own);
        if (fits(found, listed[i] as number | string, dtype, Number.isFinite(size) ? size : 1, reach)) return;
        const at = keys.map((key) => `${key} ${one.params[key]?.[row]}`).join(", ");
        wrong.push(`${what} at ${at}${ofPoint ? `, x ${one.x[i]}` : ""}: ${found}, expected ${listed[i]}`);
      });
    };
    for (const what of ["mean", "variance", "entropy"] as const) check(what, one[what], false);
    check("logProb", one.logProb, true);
    for (const key of keys) check(`d ${key}`, one.dLogProb[key], true);
    expect(wrong).toEqual([]);
  });

  it.each(cases.flatMap((one) => (one.kl === undefined ? [] : [[one.distribution, one, one.kl] as const])))(
    "KL of a %s from another, and its gradients",
    async (name, { params }, pairs) => {
      const keys = Object.keys(params);
      const side = (at: string): { nodes: Expr[]; p: Distribution } => {
        const nodes = keys.map((key) => input(`${at} ${key}`, dtype, [pairs.length]));
        const given = Object.fromEntries(keys.map((key, i) => [key, nodes[i]]));
        return { nodes, p: (byName.get(name) as { of(params: never): Distribution }).of(given as never) };
      };
      const [p, q] = [side("p"), side("q")];
      const kl = exactKl(p.p, q.p) as Expr;
      const slopes = vectorJacobianProduct(
        [kl],
        [constant(1, dtype).expand(kl.shape)],
        [...p.nodes, ...q.nodes],
      );
      const program = await Program.of({
        kl,
        ...Object.fromEntries(slopes.map((slope, i) => [`d${i}`, slope])),
      });
      const feeds: Record<string, number[]> = {};
      for (const [key, values] of Object.entries(params)) {
        feeds[`p ${key}`] = pairs.map(([i]) => Number(values[i]));
        feeds[`q ${key}`] = pairs.map(([, j]) => Number(values[j]));
      }
      const got = await program.run(feeds);
      await program.close();
      const wrong: string[] = [];
      const found = toNumbers(got["kl"] as Tensor);
      pairs.forEach(([i, j, listed], k) => {
        const own = keys.flatMap((key) => [params[key]?.[i], params[key]?.[j]].map(Number));
        const where = `(${own.join()})`;
        const reach = reachOf(own);
        // Concentrations that differ a hundredfold cost another digit in float32.
        const size = name === "beta" && dtype === "float32" ? 5 : 1;
        if (!fits(found[k] as number, listed, dtype, size, reach))
          wrong.push(`${where}: ${found[k]}, expected ${listed}`);
        // Sums of terms far below the largest may be above the range; in float64 nothing here is.
        const lost = slopes.filter((_, s) => Number.isNaN(toNumbers(got[`d${s}`] as Tensor)[k]));
        if (lost.length > 0 && Number.isFinite(Number(listed)) && dtype === "float64")
          wrong.push(`${where}: a gradient is NaN`);
      });
      expect(wrong).toEqual([]);
    },
  );

  it.each(
    cases
      .filter(({ distribution }) => distribution !== "poisson")
      .map((one) => [one.distribution, one] as const),
  )("draws of %s are finite, in the support, and as far apart as they are to be", async (name, one) => {
    const keys = Object.keys(one.params);
    const count = (one.params[keys[0] as string] as Listed).length;
    const nodes = keys.map((key) => input(key, dtype, [count]));
    const given = Object.fromEntries(keys.map((key, i) => [key, nodes[i]]));
    const p = (byName.get(name) as { of(params: never): Distribution }).of(given as never);
    const noise = new NoiseFeed(dtype, 3);
    const drawn = drawFrom(p, noise, [1000]);
    const slopes = p.rsample
      ? vectorJacobianProduct([drawn], [constant(1, dtype).expand(drawn.shape)], nodes)
      : [];
    const program = await Program.of({
      drawn,
      ...Object.fromEntries(slopes.map((slope, i) => [`d${i}`, slope])),
    });
    const feeds = Object.fromEntries(keys.map((key) => [key, (one.params[key] as Listed).map(Number)]));
    const got = await program.run({ ...feeds, ...noise.feeds });
    await program.close();
    const all = toNumbers(got["drawn"] as Tensor);
    const wrong: string[] = [];
    for (let row = 0; row < count; row++) {
      const own = all.filter((_, i) => i % count === row);
      const params = keys.map((key) => Number(one.params[key]?.[row]));
      if (dtype === "float32" && reachOf(params) === "beyond") continue;
      const at = keys.map((key, k) => `${key} ${params[k]}`).join(", ");
      const outside = outsideSupport(p.support, own);
      if (outside !== undefined) wrong.push(`${at}: ${outside}`);
      slopes.forEach((_, k) => {
        const slope = toNumbers(got[`d${k}`] as Tensor)[row];
        if (Number.isNaN(slope)) wrong.push(`${at}: the gradient by ${keys[k]} is NaN`);
      });
      const mean = Number(one.mean?.[row] ?? Number.NaN);
      const deviation = Math.sqrt(Number(one.variance?.[row] ?? Number.NaN));
      // Around the circle numbers have no mean.
      if (!Number.isFinite(mean + deviation) || (name === "von-mises" && mean !== 0)) continue;
      const rounding = tolerance[dtype] * Math.abs(mean);
      const average = own.reduce((sum, x) => sum + (x - mean) / own.length, 0);
      const allowed = (6 * deviation) / Math.sqrt(own.length) + rounding + 1e-35;
      if (Math.abs(average) > allowed) wrong.push(`${at}: off the mean ${mean} by ${average}`);
      // A thousand draws of light tails are spread as all are, to a fifth.
      const spread = own.reduce((sum, x) => sum + ((x - mean) / deviation) ** 2 / own.length, 0);
      if (!light.has(name) || deviation < 1e3 * rounding) continue;
      if (Math.abs(spread - 1) > 0.4) wrong.push(`${at}: ${spread} times the variance`);
    }
    expect(wrong).toEqual([]);
  });
});
