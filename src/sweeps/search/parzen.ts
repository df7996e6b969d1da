import { inverseNormal } from "../../tensor/index.js";

/** A density over the unit interval. */
export interface Density {
  logDensity(place: number): number;
  /** A draw, from two uniform numbers. */
  draw(u: number, v: number): number;
}

/** The standard normal distribution function, by Abramowitz and Stegun 7.1.26 (error below 1.5e-7). */
export function normalCdf(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (poly * Math.exp((-x * x) / 2)) / 2;
  return x >= 0 ? 1 - tail : tail;
}

interface Kernel {
  readonly mean: number;
  readonly deviation: number;
  /** Its weight over the mass that it has inside the interval. */
  readonly scale: number;
  readonly inside: readonly [number, number];
}

function kernel(mean: number, deviation: number, weight: number): Kernel {
  const inside = [normalCdf(-mean / deviation), normalCdf((1 - mean) / deviation)] as const;
  return { mean, deviation, scale: weight / Math.max(inside[1] - inside[0], 1e-12), inside };
}

const rootTau = Math.sqrt(2 * Math.PI);

/**
 * The adaptive Parzen estimator of Bergstra et al. (2011): a normal at each place, cut off at the ends of the interval, as wide as
 * the greater distance to its neighbours within limits, and the prior: a wide normal in the middle.
 */
export function parzen(places: readonly number[]): Density {
  const priorMean = 0.5;
  const sorted = [...places, priorMean].sort((a, b) => a - b);
  const least = 1 / Math.min(100, 1 + sorted.length);
  const prior = sorted.indexOf(priorMean);
  const weight = 1 / sorted.length;
  const kernels = sorted.map((mean, i) => {
    if (i === prior) return kernel(priorMean, 1, weight);
    const gaps = [mean - (sorted[i - 1] ?? 0), (sorted[i + 1] ?? 1) - mean];
    return kernel(mean, Math.min(Math.max(...gaps, least), 1), weight);
  });
  return {
    logDensity(place) {
      const density = kernels.reduce((sum, { mean, deviation, scale }) => {
        const z = (place - mean) / deviation;
        return sum + (scale * Math.exp((-z * z) / 2)) / (deviation * rootTau);
      }, 0);
      return Math.log(density);
    },
    draw(u, v) {
      const one = kernels[Math.min(Math.floor(u * kernels.length), kernels.length - 1)];
      if (one === undefined) return v;
      const [low, high] = one.inside;
      const share = Math.min(Math.max(low + v * (high - low), 1e-12), 1 - 1e-12);
      const place = one.mean + one.deviation * inverseNormal(share - 0.5);
      return Math.min(Math.max(place, 0), 1);
    },
  };
}

/** The density of a choice among `count` options: how often each occurs, and once more for the prior. */
export function frequencies(values: readonly number[], count: number): readonly number[] {
  const counts = Array.from({ length: count }, () => 1);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts.map((n) => n / (values.length + count));
}
