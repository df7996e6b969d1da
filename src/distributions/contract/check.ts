import { be, type ChecksOf, requireArgument, requireOptions } from "../../catalogue/index.js";
import { type Expr, input } from "../../graph/index.js";
import "../../ops/index.js";
import { type Tensor, tensor, type TensorLike, toNumbers } from "../../tensor/index.js";
import type { Distribution, Support } from "../distribution.js";
import { exactKl } from "../kl.js";
import { checkGradients, checkSlopes } from "./gradients.js";
import { type Estimate, Integrals } from "./integrals.js";
import { checkExtremes } from "./extremes.js";
import { SeededNoise } from "./noise.js";
import { type Oracle, oracleFor } from "./oracle.js";
import { type ContractReport, Findings, formatReport } from "./report.js";
import {
  chiSquareDeviate,
  chunks,
  deviates,
  kolmogorovSmirnov,
  meanAndError,
  strided,
} from "./statistics.js";
import {
  type ContractEvaluate,
  type ContractSubject,
  type Placed,
  type PlacedPoints,
  placeParams,
  sizesOf,
} from "./subject.js";

/** How `checkDistribution` looks. */
export interface ContractOptions<P extends string> {
  /** Computes expressions: the package's `evaluate`. */
  readonly evaluate: ContractEvaluate;
  /** Distributions to compare exact KL divergences with, of the same shape; default none. */
  readonly against?: readonly Distribution[];
  /** Parameters at which draws, densities and gradients must be finite, in float32 and float64; default none. */
  readonly extremes?: readonly Readonly<Record<P, TensorLike>>[];
  /** Where the density is to be integrated, if not over `support`: `binary` for a Bernoulli of grey levels. */
  readonly support?: Support;
  /** Of a family over finitely many numbers, these: the density is added up over them. */
  readonly values?: readonly number[];
  /** Of a family of rows in which numbers may be missing (NaN), rows with weights, over which it is integrated. */
  readonly points?: { readonly rows: readonly (readonly number[])[]; readonly weights: readonly number[] };
  /** Number of draws; default 16,000. */
  readonly draws?: number;
  /** Default 0. */
  readonly seed?: number;
  /**
   * Allowed error of integrals and of the moments, entropy and divergences compared with them, relative to
   * max(1, |value|); default 1e-3, which the grid meets for densities with kinks and jumps.
   */
  readonly tolerance?: number;
}

const aSubject = be.having(["of"], "what defineDistribution returns, or an object with a function `of`");
const contractChecks = {
  evaluate: be.callable,
  against: be.list(be.having(["logProb"], "a distribution"), 0, "[normal.of({ loc: 0, scale: 1 })]"),
  extremes: be.list(be.having([], "an object of parameters"), 0, "[{ loc: 1e6, scale: 1e-6 }]"),
  support: be.text,
  values: be.list(be.number(), 1, "[0, 1]"),
  points: be.having(["rows", "weights"], "rows with a weight for each"),
  draws: be.whole(1),
  seed: be.seed,
  tolerance: be.positive,
} as const satisfies ChecksOf<ContractOptions<string>>;

class Contract<P extends string> {
  readonly findings = new Findings();
  readonly tolerance: number;
  readonly draws: number;
  readonly seed: number;
  readonly placed: Placed<P>;
  readonly p: Distribution;
  readonly batch: number;
  readonly event: number;
  readonly support: Support;

  constructor(
    readonly subject: ContractSubject<P>,
    readonly params: Readonly<Record<P, TensorLike>>,
    readonly options: ContractOptions<P>,
  ) {
    this.tolerance = options.tolerance ?? 1e-3;
    this.draws = Math.ceil((options.draws ?? 16_000) / chunks) * chunks;
    this.seed = options.seed ?? 0;
    this.placed = placeParams(params, "float64");
    this.p = subject.of(this.placed.nodes);
    this.support = options.support ?? this.p.support;
    const { batch, event } = sizesOf(this.p);
    this.batch = batch;
    this.event = event;
  }

  async run(exprs: Record<string, Expr>, feeds: Record<string, Tensor>): Promise<Record<string, number[]>> {
    const values = await this.options.evaluate(exprs, { ...this.placed.feeds, ...feeds });
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, toNumbers(value)]));
  }

  /** Draws of `p` in float64, [draws, ...shape], or undefined. */
  private drawn(noise: SeededNoise): Expr | undefined {
    const { rsample, sample } = this.p;
    return (rsample ?? sample)?.call(this.p, noise, [this.draws]);
  }

  async check(): Promise<void> {
    const { findings, p } = this;
    const noise = new SeededNoise("float64", this.seed);
    const node = this.drawn(noise);
    const moments: Record<string, Expr> = {};
    for (const key of ["mean", "variance", "entropy"] as const) {
      const value = p[key]?.();
      if (value !== undefined) moments[key] = value;
    }
    const first = await this.run(
      { ...moments, ...(node && { draws: node, logProb: p.logProb(node) }) },
      noise.feeds,
    );
    const draws = first["draws"];
    if (draws !== undefined) {
      findings.finite("draws and their log-densities are finite", [
        ...this.there(draws),
        ...(first["logProb"] as number[]),
      ]);
    }
    const oracles = Array.from({ length: this.batch }, (_, b) => this.oracle(draws, first, b));
    const place = this.pointsInput(oracles);
    const points = await this.run({ logProb: p.logProb(place.node) }, place.feeds);
    const integrals = oracles.map((oracle, b) => {
      const logDensity = strided(points["logProb"] as number[], b, this.batch);
      return new Integrals(oracle, logDensity.slice(0, oracle.weights.length));
    });
    this.leaveEmptyRegions(place, integrals);

    this.compare(
      "density integrates to one",
      integrals.map((i) => i.of(() => 1)),
      integrals.map(() => 1),
    );
    if (draws === undefined) findings.skip("samples", "the family has no sampler");
    else this.checkSamples(draws, oracles, integrals);
    this.checkMoments(first, integrals);
    if (p.rsample === undefined) {
      findings.skip("pathwise gradients", "the family has no rsample");
      if (draws !== undefined) await checkSlopes(this, draws);
    } else await checkGradients(this, draws as number[], place, oracles);
    await this.checkDivergences(place, integrals);
    await checkExtremes(this);
  }

  /** Numbers with 0 for those that aren't there, where some may not be. */
  private there(values: readonly number[]): readonly number[] {
    return this.options.points ? values.map((value) => value || 0) : values;
  }

  private oracle(draws: number[] | undefined, first: Record<string, number[]>, b: number): Oracle {
    const sample =
      draws === undefined ? this.normalScores(first, b) : this.rowsOf(draws, b).slice(0, 4000 * this.event);
    const { values, points } = this.options;
    if (points) return { points: points.rows.flat(), weights: [...points.weights], random: false };
    if (values !== undefined) return { points: [...values], weights: values.map(() => 1), random: false };
    return oracleFor(this.support, this.p.eventRank > 0, sample, this.event, this.seed);
  }

  /** Stands in for a sample where there is none: mean and standard deviation as the family says. */
  private normalScores(first: Record<string, number[]>, b: number): number[] {
    const mean = first["mean"]?.[b] ?? 0;
    const scale = Math.sqrt(first["variance"]?.[b] ?? 1);
    return [mean - scale, mean - scale, mean, mean + scale, mean + scale];
  }

  /** All numbers of the draws of one element of the batch, one draw after the other. */
  private rowsOf(draws: readonly number[], b: number): number[] {
    const out: number[] = [];
    const step = this.batch * this.event;
    for (let i = b * this.event; i < draws.length; i += step) {
      for (let k = 0; k < this.event; k++) out.push(draws[i + k] as number);
    }
    return out;
  }

  private pointsInput(oracles: readonly Oracle[]): {
    node: Expr;
    feeds: Record<string, Tensor>;
    count: number;
  } {
    const count = Math.max(...oracles.map((oracle) => oracle.weights.length));
    const width = this.batch * this.event;
    const data = new Float64Array(count * width);
    oracles.forEach((oracle, b) => {
      for (let i = 0; i < count; i++) {
        const from = Math.min(i, oracle.weights.length - 1) * this.event;
        for (let k = 0; k < this.event; k++) {
          data[i * width + b * this.event + k] = oracle.points[from + k] as number;
        }
      }
    });
    const shape = [count, ...(this.p.shape as readonly number[])];
    return {
      node: input("points", "float64", shape),
      feeds: { points: tensor("float64", shape, data) },
      count,
    };
  }

  /**
   * Moves points at which the density underflows to the densest one, without weight, so that the products of
   * zero and infinity in its gradient there don't count.
   */
  private leaveEmptyRegions(place: PlacedPoints, integrals: readonly Integrals[]): void {
    const width = this.batch * this.event;
    const data = place.feeds["points"]?.data as Float64Array;
    integrals.forEach(({ logDensity, oracle }, b) => {
      let top = 0;
      logDensity.forEach((value, i) => {
        if (value > (logDensity[top] as number) && value < Infinity) top = i;
      });
      logDensity.forEach((value, i) => {
        if (value > -600 && value < Infinity) return;
        oracle.weights[i] = 0;
        for (let k = 0; k < this.event; k++) {
          data[i * width + b * this.event + k] = oracle.points[top * this.event + k] as number;
        }
      });
    });
  }

  /** Integrals against what they should be: within the tolerance, or their standard error if they are random. */
  private compare(name: string, got: readonly Estimate[], expected: readonly number[]): void {
    const allowed = got.map(
      (estimate, i) =>
        deviates * estimate.error + this.tolerance * Math.max(1, Math.abs(expected[i] as number)),
    );
    this.findings.close(
      name,
      got.map((estimate) => estimate.value),
      expected,
      allowed,
    );
  }

  private checkSamples(draws: number[], oracles: readonly Oracle[], integrals: readonly Integrals[]): void {
    const { findings } = this;
    const counted = this.support === "nonNegativeInteger" || this.support === "binary";
    if (this.p.eventRank === 0 && (counted || this.options.values !== undefined)) {
      const scores = integrals.map(({ density, oracle: { points } }, b) => {
        const counts = density.map(() => 0);
        const places = new Map(points.map((x, i) => [Math.fround(x), i]));
        for (const x of strided(draws, b, this.batch)) {
          const at = places.get(Math.fround(x));
          if (at === undefined) findings.close("samples are of the support", [x], [Number.NaN], [0]);
          else counts[at] = (counts[at] ?? 0) + 1;
        }
        return chiSquareDeviate(
          counts,
          density.map((value) => value * this.draws),
        );
      });
      findings.below("samples pass the chi-square test (deviate)", scores, 4);
    } else if (this.p.eventRank === 0) {
      const distances = integrals.map(({ density }, b) =>
        kolmogorovSmirnov(strided(draws, b, this.batch), (oracles[b] as Oracle).points, density),
      );
      findings.below("samples pass the Kolmogorov-Smirnov test (distance x root of n)", distances, 2.23);
    } else {
      integrals.forEach((integral, b) => {
        const rows = this.rowsOf(this.there(draws), b);
        const points = this.there(oracles[b]?.points ?? []);
        const powers = [1, 2].flatMap((power) =>
          Array.from({ length: this.event }, (_, k) => {
            const sampled = meanAndError(strided(rows, k, this.event).map((x) => x ** power));
            const integrated = integral.of((i) => (points[i * this.event + k] as number) ** power);
            return { sampled, integrated };
          }),
        );
        findings.close(
          `samples have the density's first and second moments (element ${b})`,
          powers.map(({ sampled }) => sampled.mean),
          powers.map(({ integrated }) => integrated.value),
          powers.map(
            ({ sampled, integrated }) => deviates * Math.hypot(sampled.error, integrated.error) + 1e-6,
          ),
        );
      });
    }
  }

  private checkMoments(first: Record<string, number[]>, integrals: readonly Integrals[]): void {
    const { mean, variance, entropy } = first;
    const circular = this.support === "angle";
    const at = (integral: Integrals, i: number, k: number): number =>
      integral.oracle.points[i * this.event + k] as number;
    const each = (f: (integral: Integrals, k: number, at: number) => Estimate): Estimate[] =>
      integrals.flatMap((integral, b) =>
        Array.from({ length: this.event }, (_, k) => f(integral, k, b * this.event + k)),
      );
    const finite = (values: readonly number[]): boolean => values.every(Number.isFinite);
    if (mean === undefined || this.options.points || !finite(mean))
      this.findings.skip("mean", "there is none");
    else if (circular) {
      this.compare(
        "mean direction matches the density",
        each((q, k, j) => q.of((i) => Math.sin(at(q, i, k) - (mean[j] as number)))),
        mean.map(() => 0),
      );
    } else
      this.compare(
        "mean matches the density",
        each((q, k) => q.of((i) => at(q, i, k))),
        mean,
      );
    if (mean === undefined || variance === undefined || !finite(variance)) {
      this.findings.skip("variance", "the family has none");
    } else {
      const spread = (x: number): number => (circular ? 1 - Math.cos(x) : x * x);
      this.compare(
        "variance matches the density",
        each((q, k, j) => q.of((i) => spread(at(q, i, k) - (mean[j] as number)))),
        variance,
      );
    }
    if (entropy === undefined) this.findings.skip("entropy", "the family has none");
    else
      this.compare(
        "entropy matches the density",
        integrals.map((q) => q.of((i) => -(q.logDensity[i] as number))),
        entropy,
      );
  }

  private async checkDivergences(place: PlacedPoints, integrals: readonly Integrals[]): Promise<void> {
    for (const q of this.options.against ?? []) {
      const name = `KL to ${q.name}`;
      const exact = exactKl(this.p, q);
      if (exact === undefined) {
        this.findings.skip(name, "no closed form is registered");
        continue;
      }
      const noise = new SeededNoise("float64", this.seed + 2);
      const draws = this.drawn(noise);
      const ratio = draws && this.p.logProb(draws).sub(q.logProb(draws));
      const got = await this.run(
        { exact, points: q.logProb(place.node), ...(ratio && { ratio }) },
        { ...place.feeds, ...noise.feeds },
      );
      const values = got["exact"] as number[];
      this.compare(
        `${name} matches the densities`,
        integrals.map((integral, b) => {
          const other = strided(got["points"] as number[], b, this.batch);
          return integral.of((i) => (integral.logDensity[i] as number) - (other[i] as number));
        }),
        values,
      );
      if (got["ratio"] === undefined) continue;
      const sampled = values.map((_, b) => meanAndError(strided(got["ratio"] as number[], b, this.batch)));
      this.findings.close(
        `${name} matches Monte Carlo`,
        values,
        sampled.map((one) => one.mean),
        sampled.map((one) => deviates * one.error + 1e-9),
      );
    }
  }
}

/**
 * Checks what every distribution must hold: its density integrates to one; draws pass a Kolmogorov-Smirnov or
 * chi-square test (vectors: have the density's moments); mean, variance and entropy are the density's; exact
 * divergences `against` others agree with integrals and with Monte Carlo; gradients through draws agree with the
 * derivative of an expectation (from the density or, where the support moves, from finite differences with common
 * noise) and of the mean; the log-density's gradient agrees with finite differences;
 * `extremes` stay finite. Seeded, so the same result each time. Elements of the batch are checked one by one;
 * events may be numbers or vectors.
 *
 *     await checkDistribution(triangular, { low: [0, -1], width: [1, 2] }, { evaluate });
 *
 * Answers the report. Throws an Error that contains it if anything failed.
 */
export async function checkDistribution<P extends string>(
  subject: ContractSubject<P>,
  params: Readonly<Record<P, TensorLike>>,
  options: ContractOptions<P>,
): Promise<ContractReport> {
  requireArgument("checkDistribution", "the distribution", subject, aSubject);
  requireArgument("checkDistribution", "params", params, be.having([], "an object of numbers by name"));
  requireOptions("checkDistribution", options, contractChecks);
  requireArgument("checkDistribution", "evaluate", options.evaluate, be.callable);
  const contract = new Contract(subject, params, options);
  await contract.check();
  const report = { distribution: contract.p.name, checks: contract.findings.checks };
  if (report.checks.some(({ outcome }) => outcome === "failed")) {
    throw new Error(`the distribution breaks its contract\n${formatReport(report)}`);
  }
  return report;
}
