import { UserError } from "../../tensor/index.js";

/** Scores of examples that are known to be usual, sorted: what a new score is compared with. Plain data. */
export interface Tails {
  readonly sorted: Float64Array;
  /** Average excess over the 2.5th and the 97.5th percentile, by which tails go on beyond all that was seen. */
  readonly lower: number;
  readonly upper: number;
}

const edge = 0.025;

/** The value below which a part `q`, from 0 to 1, of sorted numbers lies, interpolated between them. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = Math.min(1, Math.max(0, q)) * (sorted.length - 1);
  const low = Math.floor(at);
  const [a = Number.NaN, b = a] = [sorted[low], sorted[Math.min(low + 1, sorted.length - 1)]];
  return a + (b - a) * (at - low);
}

function averageExcess(beyond: Float64Array, from: number): number {
  if (beyond.length === 0) return 0;
  return beyond.reduce((sum, value) => sum + Math.abs(value - from), 0) / beyond.length;
}

/** The tails of scores of usual examples. Throws a UserError if none of them is a finite number. */
export function tailsOf(scores: ArrayLike<number>): Tails {
  const sorted = Float64Array.from(scores).filter(Number.isFinite).sort();
  if (sorted.length === 0)
    throw new UserError("there are no finite scores of usual examples to compare with");
  const [low, high] = [quantile(sorted, edge), quantile(sorted, 1 - edge)];
  const spread = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0) || 1;
  return {
    sorted,
    lower:
      averageExcess(
        sorted.filter((value) => value < low),
        low,
      ) || spread,
    upper:
      averageExcess(
        sorted.filter((value) => value > high),
        high,
      ) || spread,
  };
}

/** How many sorted numbers are below `value`, those equal to it counted half. */
function rankOf(sorted: Float64Array, value: number): number {
  const place = (below: (other: number) => boolean): number => {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (below(sorted[middle] ?? 0)) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  return (place((other) => other < value) + place((other) => other <= value)) / 2;
}

/**
 * log P(score >= value) among usual examples: their share or, beyond the largest of them, an exponential tail from half an
 * example on, so that there too larger values are less probable. Minus infinity for infinity, NaN for NaN.
 */
export function logUpperTail({ sorted, upper }: Tails, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  const n = sorted.length;
  const last = sorted[n - 1] ?? 0;
  const least = Math.log(0.5 / n);
  if (value > last) return least - (value - last) / upper;
  return Math.max(least, Math.log((n - rankOf(sorted, value)) / n));
}

/** log P(score <= value), as {@link logUpperTail} on the other side. */
export function logLowerTail({ sorted, lower }: Tails, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  const n = sorted.length;
  const first = sorted[0] ?? 0;
  const least = Math.log(0.5 / n);
  if (value < first) return least - (first - value) / lower;
  return Math.max(least, Math.log(rankOf(sorted, value) / n));
}

/** log of the probability, at most 1, that a usual example's score lies as far out on either side. */
export function logTwoSidedTail(tails: Tails, value: number): number {
  return Math.min(0, Math.LN2 + Math.min(logUpperTail(tails, value), logLowerTail(tails, value)));
}
