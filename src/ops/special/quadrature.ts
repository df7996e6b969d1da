/** Points and weights of a rule for numerical integration. */
export interface Rule {
  readonly points: readonly number[];
  readonly weights: readonly number[];
}

/** The Gauss-Legendre rule on 0..1 with `count` points; the roots by Newton's method. */
export function gaussLegendre(count: number): Rule {
  const points: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 20; step++) {
      let before = 1;
      let value = x;
      for (let n = 2; n <= count; n++)
        [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
      slope = (count * (x * value - before)) / (x * x - 1);
      const change = value / slope;
      x -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    points.unshift((1 + x) / 2);
    weights.unshift(1 / ((1 - x * x) * slope * slope));
  }
  return { points, weights };
}

/**
 * A rule for integrals over 0..infinity of functions that fall off exponentially beyond about 1 and may also
 * change at much smaller scales: equal steps in t with x = exp(t - exp(-t)) (Takahasi and Mori, Double
 * exponential formulas for numerical integration, 1974).
 */
export function doubleExponential(count: number, from: number, to: number): Rule {
  const step = (to - from) / (count - 1);
  const at = Array.from({ length: count }, (_, i) => from + i * step);
  const points = at.map((t) => Math.exp(t - Math.exp(-t)));
  return { points, weights: at.map((t, i) => step * (points[i] as number) * (1 + Math.exp(-t))) };
}
