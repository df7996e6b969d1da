import { describe, expect, it } from "vitest";
import type { ColumnLikelihood, ModelColumn } from "../../catalogue/index.js";
import { constant, type Expr } from "../../graph/index.js";
import { tensor } from "../../tensor/index.js";
import { numbersOf } from "../../testing/evaluate.js";
import { SeededNoise } from "../contract/noise.js";
import { kindOfColumn } from "./kinds.js";

const softplus = (x: number): number => Math.log1p(Math.exp(x));
const scaleOf = (x: number): number => softplus(x) + 0.01;

/** log of the gamma function, by Stirling's series from 30 on and the recurrence below. */
function logGamma(x: number): number {
  if (x < 30) return logGamma(x + 1) - Math.log(x);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** log p of a value by the raw numbers of a head, from the formulas of textbooks. */
const formulas: Readonly<Record<ColumnLikelihood, (raw: readonly number[], x: number) => number>> = {
  categorical: softmaxAt,
  ordinal: softmaxAt,
  bernoulli: softmaxAt,
  normal: ([loc = 0, s = 0], x) =>
    -0.5 * ((x - loc) / scaleOf(s)) ** 2 - Math.log(scaleOf(s)) - 0.5 * Math.log(2 * Math.PI),
  "student-t": ([loc = 0, s = 0, d = 0], x) => {
    const df = softplus(d) + 2;
    const z = (x - loc) / scaleOf(s);
    const top = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
    return top - Math.log(scaleOf(s)) - ((df + 1) / 2) * Math.log1p(z ** 2 / df);
  },
  mixture: (raw, x) => {
    const logits = raw.slice(0, 6);
    const whole = logits.reduce((sum, l) => sum + Math.exp(l), 0);
    const parts = logits.map((logit, k) => {
      const scale = scaleOf(raw[12 + k] as number);
      const e = Math.exp(-(x - (raw[6 + k] as number)) / scale);
      return ((Math.exp(logit) / whole) * e) / (scale * (1 + e) ** 2);
    });
    return Math.log(parts.reduce((a, b) => a + b, 0));
  },
  poisson: ([r = 0], x) => x * Math.log(softplus(r)) - softplus(r) - logGamma(x + 1),
  "negative-binomial": ([m = 0, d = 0], x) => {
    const [mean, size] = [softplus(m), 1 / (softplus(d) + 1e-3)];
    const p = size / (size + mean);
    return logGamma(x + size) - logGamma(size) - logGamma(x + 1) + size * Math.log(p) + x * Math.log1p(-p);
  },
  "von-mises": ([s = 0, c = 0, k = 0], x) => {
    const kappa = softplus(k);
    const steps = 1000;
    let bessel = 0;
    for (let i = 0; i < steps; i++) bessel += Math.exp(kappa * Math.cos((2 * Math.PI * i) / steps)) / steps;
    return kappa * Math.cos(x - Math.atan2(s, c)) - Math.log(2 * Math.PI * bessel);
  },
};

function softmaxAt(raw: readonly number[], x: number): number {
  return (raw[x] as number) - Math.log(raw.reduce((sum, l) => sum + Math.exp(l), 0));
}

const choices = [0, 1, 2];
const values: Readonly<Record<ColumnLikelihood, readonly number[]>> = {
  categorical: choices,
  ordinal: choices,
  bernoulli: [0, 1],
  normal: [-1.2, 0, 3],
  "student-t": [-1.2, 0, 30],
  mixture: [-1.2, 0, 3],
  poisson: [0, 1, 6],
  "negative-binomial": [0, 1, 6],
  "von-mises": [-3, 0, 1.1],
};

function columnOf(of: ColumnLikelihood): ModelColumn {
  const size = of === "bernoulli" ? 2 : 3;
  return values[of] === choices || of === "bernoulli" ? { name: "a", of, size } : { name: "a", of };
}

const rawOf = (column: ModelColumn): number[] =>
  Array.from({ length: kindOfColumn(column).rawSize(column) }, (_, i) => 1.3 * Math.sin(1 + 2 * i));

describe("a column's distribution has the log-probabilities of its formula:", () => {
  it.each(Object.keys(formulas) as ColumnLikelihood[])("%s", async (of) => {
    const column = columnOf(of);
    const raw = rawOf(column);
    const p = kindOfColumn(column).of(constant(raw, "float64"), column);
    const { y } = await numbersOf({ y: p.logProb(constant([...values[of]], "float64")) });
    expect(y).toHaveLength(values[of].length);
    y.forEach((value, i) => expect(value).toBeCloseTo(formulas[of](raw, values[of][i] as number), 8));
  });
});

describe("draws of counts follow the probabilities, up to the greatest that may be:", () => {
  it.each(["poisson", "negative-binomial"] as const)("%s", async (of) => {
    const column: ModelColumn = { name: "a", of, most: 4 };
    const raw = of === "poisson" ? [1.2] : [1.2, 0.3];
    const noise = new SeededNoise("float64", 6);
    const n = 8000;
    const node = constant(tensor("float64", [raw.length], Float64Array.from(raw)));
    const { x } = await numbersOf(
      { x: kindOfColumn(column).of(node, column).sample?.(noise, [n]) as Expr },
      noise.feeds,
    );
    const shares = [0, 1, 2, 3, 4].map((count) => Math.exp(formulas[of](raw, count)));
    const whole = shares.reduce((a, b) => a + b, 0);
    let chi = 0;
    shares.forEach((share, count) => {
      const wanted = (n * share) / whole;
      chi += (x.filter((value) => value === count).length - wanted) ** 2 / wanted;
    });
    expect(chi).toBeLessThan(18.5); // the 0.999 quantile of chi-square with 4 degrees of freedom
    expect(Math.max(...x)).toBe(4);
  });
});
