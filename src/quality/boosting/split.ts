import { type Binning, MOST_BINS } from "./bins.js";
import { PER_BIN } from "./histogram.js";

/** Sums over the examples of a node: gradients, second derivatives, how many. */
export interface Sums {
  readonly g: number;
  readonly h: number;
  readonly n: number;
}

/** What a split must leave on either side. */
export interface Limits {
  readonly leastSamples: number;
  readonly l2: number;
}

/** How a node's examples are parted. */
export interface Split {
  readonly feature: number;
  readonly gain: number;
  /** Of each bin, 1 if its examples go left; missing values are the last. */
  readonly left: Uint8Array;
  readonly sums: Sums;
}

/** A side with less curvature than this tells nothing. */
const LEAST_HESSIAN = 1e-3;
/** Categories with fewer examples are not looked at alone, and gradients of small ones are damped. */
const CATEGORY_SUPPORT = 10;
const TINY = 1e-15;

/** The value of a leaf: the Newton step. */
export function leafValue({ g, h }: Sums, l2: number): number {
  return -g / (h + l2 + TINY);
}

/** How much the loss of examples falls with a value of their own, times two. */
function fall(g: number, h: number, l2: number): number {
  return (g / (h + l2 + TINY)) * g;
}

interface Cut {
  readonly gain: number;
  /** The sums of the side that goes left. */
  readonly sums: Sums;
  /** The bins at the beginning of the order, how many, and whether they are the left side. */
  readonly order: ArrayLike<number>;
  readonly taken: number;
  readonly onLeft: boolean;
}

/** Looks through the ways to cut an order of bins into its beginning, at most `most` of them, and the rest. */
function bestCut(
  histogram: Float64Array,
  base: number,
  order: ArrayLike<number>,
  most: number,
  onLeft: boolean,
  total: Sums,
  { leastSamples, l2 }: Limits,
): Cut | undefined {
  const whole = fall(total.g, total.h, l2);
  let [best, taken, bestG, bestH, bestN] = [0, 0, 0, 0, 0];
  let [g, h, n] = [0, 0, 0];
  for (let k = 0; k < most; k++) {
    const at = base + (order[k] ?? 0) * PER_BIN;
    g += histogram[at] ?? 0;
    h += histogram[at + 1] ?? 0;
    n += histogram[at + 2] ?? 0;
    if (n < leastSamples || h < LEAST_HESSIAN) continue;
    if (total.n - n < leastSamples || total.h - h < LEAST_HESSIAN) break;
    const [own, rest] = [fall(g, h, l2), fall(total.g - g, total.h - h, l2)];
    // in the order left, right, so that sums are rounded alike whichever side comes first
    const gain = onLeft ? own - whole + rest : rest - whole + own;
    if (gain <= best) continue;
    best = gain;
    taken = k + 1;
    bestG = g;
    bestH = h;
    bestN = n;
  }
  if (taken === 0) return undefined;
  const sums = { g: bestG, h: bestH, n: bestN };
  return { gain: best, sums: onLeft ? sums : less(total, sums), order, taken, onLeft };
}

/** The sums of what is left of a node without some of its examples. */
export function less(total: Sums, part: Sums): Sums {
  return { g: total.g - part.g, h: total.h - part.h, n: total.n - part.n };
}

function better(a: Cut | undefined, b: Cut | undefined): Cut | undefined {
  return a === undefined || (b !== undefined && b.gain > a.gain) ? b : a;
}

const rising = Uint8Array.from({ length: MOST_BINS }, (_, bin) => bin);
const falling = rising.slice().reverse();

type Find = (
  histogram: Float64Array,
  base: number,
  binning: Binning,
  total: Sums,
  limits: Limits,
) => Cut | undefined;

/** Numbers: a threshold, missing values on the side where they fit better. */
const bestThreshold: Find = (histogram, base, { count, missing }, total, limits) => {
  if (!missing) return bestCut(histogram, base, rising, count - 1, true, total, limits);
  const right = bestCut(histogram, base, rising, count, true, total, limits);
  const left = bestCut(histogram, base, falling.subarray(MOST_BINS - count), count - 1, false, total, limits);
  return better(right, left);
};

/**
 * Categories: the cuts of their order by gradient over curvature, from both ends (Fisher, 1958). Rare ones stay on the right, the
 * side with the more categories.
 */
const bestSubset: Find = (histogram, base, { count, missing }, total, limits) => {
  const factor = total.n / total.h;
  const at = (bin: number): number => base + bin * PER_BIN;
  const usable: number[] = [];
  for (let bin = 0; bin < count + (missing ? 1 : 0); bin++) {
    if ((histogram[at(bin) + 1] ?? 0) * factor >= CATEGORY_SUPPORT) usable.push(bin);
  }
  if (usable.length <= 1) return undefined;
  const slope = (bin: number): number =>
    (histogram[at(bin)] ?? 0) / ((histogram[at(bin) + 1] ?? 0) + CATEGORY_SUPPORT);
  const order = usable.sort((a, b) => slope(a) - slope(b));
  const most = Math.ceil(order.length / 2);
  return better(
    bestCut(histogram, base, order, most, true, total, limits),
    bestCut(histogram, base, [...order].reverse(), most - 1, true, total, limits),
  );
};

/** Which bins go left. */
function leftBins({ order, taken, onLeft }: Cut, { count }: Binning): Uint8Array {
  const left = new Uint8Array(count + 1).fill(onLeft ? 0 : 1);
  for (let k = 0; k < taken; k++) left[order[k] ?? 0] = onLeft ? 1 : 0;
  return left;
}

/** The best way to part a node, or undefined if none lowers the loss. `bases` say where each feature's histogram begins. */
export function bestSplit(
  histograms: Float64Array,
  bases: readonly number[],
  binnings: readonly Binning[],
  total: Sums,
  limits: Limits,
): Split | undefined {
  let best: Split | undefined;
  for (const [feature, binning] of binnings.entries()) {
    const find = binning.category ? bestSubset : bestThreshold;
    const cut = find(histograms, bases[feature] ?? 0, binning, total, limits);
    if (cut === undefined || cut.gain <= (best?.gain ?? 0)) continue;
    best = { feature, gain: cut.gain, left: leftBins(cut, binning), sums: cut.sums };
  }
  return best;
}
