import { inverseNormal } from "../../tensor/index.js";

/** The most knots of a map to normal scores. */
const mostKnots = 500;
/** How far beyond the outermost score a number outside the training range may lie. */
const furthest = 4;

/** Distinct numbers, ascending, and how often each occurs. */
export interface CountedNumbers {
  readonly values: readonly number[];
  readonly counts: readonly number[];
}

/** The normal score of each of some counted numbers, by the middle of its ranks. */
export function normalScores({ counts }: CountedNumbers): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  return counts.map((count) => {
    const middle = (before + count / 2) / total;
    before += count;
    return inverseNormal(middle - 0.5);
  });
}

/** Straight lines from numbers to normal scores, ascending in both; a single number gets a step of width 1 around it. */
export function knotsOf(numbers: CountedNumbers): { x: number[]; z: number[] } {
  const scores = normalScores(numbers);
  const last = scores.length - 1;
  if (last < 1) return { x: [numbers.values[0] ?? 0, (numbers.values[0] ?? 0) + 1], z: [0, 1] };
  const chosen: number[] = [];
  if (last < mostKnots) {
    for (let i = 0; i <= last; i++) chosen.push(i);
  } else {
    const [low = 0, high = 0] = [scores[0], scores[last]];
    let at = 0;
    for (let k = 0; k < mostKnots; k++) {
      const wanted = low + ((high - low) * k) / (mostKnots - 1);
      while (at < last && (scores[at] ?? 0) < wanted) at++;
      if (chosen.at(-1) !== at) chosen.push(at);
    }
    if (chosen.at(-1) !== last) chosen.push(last);
  }
  return { x: chosen.map((i) => numbers.values[i] ?? 0), z: chosen.map((i) => scores[i] ?? 0) };
}

/** The last place of a sorted list whose number is at most `value`, so that there is one behind it. */
function segment(list: readonly number[], value: number): number {
  let [low, high] = [0, list.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((list[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function between(from: readonly number[], to: readonly number[], value: number): number {
  const i = segment(from, value);
  const [a = 0, b = 0, c = 0, d = 0] = [from[i], from[i + 1], to[i], to[i + 1]];
  return c + ((value - a) / (b - a)) * (d - c);
}

/** A straight line that goes on beyond the ends, with the slope of the outer fiftieth. */
function beyond(x: readonly number[], z: readonly number[], value: number): number {
  const last = x.length - 1;
  const width = Math.max(1, Math.floor(last / 50));
  const low = value < (x[0] ?? 0);
  const [end, inner] = low ? [0, width] : [last, last - width];
  const slope = ((z[end] ?? 0) - (z[inner] ?? 0)) / ((x[end] ?? 0) - (x[inner] ?? 0));
  const away = (value - (x[end] ?? 0)) * slope;
  return (z[end] ?? 0) + Math.max(-furthest, Math.min(furthest, away));
}

/** The score of a number; outside the training range the line goes on. */
export function scoreOf(
  { x, z }: { readonly x: readonly number[]; readonly z: readonly number[] },
  value: number,
): number {
  return value < (x[0] ?? 0) || value > (x.at(-1) ?? 0) ? beyond(x, z, value) : between(x, z, value);
}

/** The number of a score; never outside the training range. */
export function numberOf(
  { x, z }: { readonly x: readonly number[]; readonly z: readonly number[] },
  score: number,
): number {
  if (score <= (z[0] ?? 0)) return x[0] ?? 0;
  if (score >= (z.at(-1) ?? 0)) return x.at(-1) ?? 0;
  // models have float32: what is a knot there is that knot's number
  const [i, own] = [segment(z, score), Math.fround(score)];
  for (const k of [i, i + 1]) if (Math.fround(z[k] ?? 0) === own) return x[k] ?? 0;
  return between(z, x, score);
}
