/** Independent parts in which a sum over draws is made, for its standard error. */
export const chunks = 16;

/** Standard errors that a statistic may be off: a probability of 1e-6 for each number compared. */
export const deviates = 5;

/** The mean of numbers and its standard error. */
export function meanAndError(values: readonly number[]): { mean: number; error: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / Math.max(1, n - 1) / n) };
}

/** Every `step`-th number from `start` on. */
export function strided(values: ArrayLike<number>, start: number, step: number): number[] {
  const out: number[] = [];
  for (let i = start; i < values.length; i += step) out.push(values[i] as number);
  return out;
}

/** The number below which a share of sorted numbers lies. */
export function quantileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

/**
 * The Kolmogorov-Smirnov distance of a sample from a density known at ascending `points`, times the root of the
 * sample's size. Above 2.23 it has a probability of 1e-4 if the sample is of that density.
 */
export function kolmogorovSmirnov(
  sample: readonly number[],
  points: readonly number[],
  density: readonly number[],
): number {
  const cumulative = [0];
  for (let i = 1; i < points.length; i++) {
    const width = (points[i] as number) - (points[i - 1] as number);
    const height = ((density[i] as number) + (density[i - 1] as number)) / 2;
    cumulative.push((cumulative[i - 1] as number) + (Number.isFinite(width * height) ? width * height : 0));
  }
  const total = cumulative.at(-1) as number;
  const sorted = [...sample].sort((a, b) => a - b);
  let at = 0;
  let worst = 0;
  sorted.forEach((x, i) => {
    while (at < points.length - 2 && (points[at + 1] as number) < x) at++;
    const [left, right] = [points[at] as number, points[at + 1] as number];
    const share = right > left ? Math.min(1, Math.max(0, (x - left) / (right - left))) : 1;
    const below = cumulative[at] as number;
    const value = (below + share * ((cumulative[at + 1] as number) - below)) / total;
    worst = Math.max(worst, Math.abs(value - i / sorted.length), Math.abs((i + 1) / sorted.length - value));
  });
  return worst * Math.sqrt(sorted.length);
}

/**
 * How many standard deviations the chi-square statistic of counts lies above its mean (Wilson and Hilferty's
 * approximation); cells that expect fewer than 5 are joined.
 */
export function chiSquareDeviate(observed: readonly number[], expected: readonly number[]): number {
  let statistic = 0;
  let cells = 0;
  let [seen, awaited] = [0, 0];
  expected.forEach((value, i) => {
    seen += observed[i] as number;
    awaited += value;
    if (awaited < 5 && i < expected.length - 1) return;
    if (awaited > 0) statistic += (seen - awaited) ** 2 / Math.max(awaited, 1);
    cells++;
    [seen, awaited] = [0, 0];
  });
  const freedom = Math.max(1, cells - 1);
  const spread = 2 / (9 * freedom);
  return ((statistic / freedom) ** (1 / 3) - (1 - spread)) / Math.sqrt(spread);
}
