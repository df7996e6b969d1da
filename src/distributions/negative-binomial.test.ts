import { expect, it } from "vitest";
import { constant, type Expr } from "../graph/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { negativeBinomial } from "./negative-binomial.js";

const of = (mean: number, dispersion: number, dtype: "float32" | "float64" = "float64") =>
  negativeBinomial.of({ mean: constant(mean, dtype), dispersion: constant(dispersion, dtype) });

// scipy 1.10.1: nbinom.logpmf(count, 1 / dispersion, 1 / (1 + dispersion * mean))
it.each([
  [
    2.5,
    0.5,
    [0, 1, 4, 20],
    [-1.6218604324326575, -1.5164999167748312, -2.3635691796070333, -10.333071292751615],
  ],
  [0.3, 3, [0, 2, 7], [-0.21395129539079827, -3.2124574958275143, -7.7431328279075196]],
  [80, 0.01, [50, 80, 150], [-6.927679067049297, -3.405257212303191, -16.048739268669593]],
])(
  "with mean %d and dispersion %d has scipy's log-probabilities",
  async (mean, dispersion, counts, expected) => {
    const { y } = await numbersOf({ y: of(mean, dispersion).logProb(constant(counts, "float64")) });
    y.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 9));
  },
);

it("has the mean and variance of its probabilities, and none below 0", async () => {
  const p = of(2.5, 0.5);
  const counts = Array.from({ length: 400 }, (_, i) => i);
  const { y, below, mean, variance } = await numbersOf({
    y: p.logProb(constant(counts, "float64")),
    below: p.logProb(constant(-1, "float64")),
    mean: p.mean?.() as Expr,
    variance: p.variance?.() as Expr,
  });
  const moment = (power: number): number => y.reduce((sum, log, i) => sum + Math.exp(log) * i ** power, 0);
  expect(moment(0)).toBeCloseTo(1, 10);
  expect(moment(1)).toBeCloseTo(mean[0] as number, 9);
  expect(moment(2) - moment(1) ** 2).toBeCloseTo(variance[0] as number, 8);
  expect(variance[0]).toBeCloseTo(2.5 + 0.5 * 2.5 ** 2, 12);
  expect(below[0]).toBe(-Infinity);
});

it("stays finite in float32 for means next to 0", async () => {
  const { y } = await numbersOf({ y: of(1e-30, 1e-3, "float32").logProb(constant([0, 3])) });
  expect(y.every(Number.isFinite)).toBe(true);
  expect(y[0]).toBeCloseTo(0, 5);
});
