import type { Binning } from "./bins.js";
import { type Derivatives, histogramBases, makeHistograms, otherHistograms } from "./histogram.js";
import { bestSplit, leafValue, less, type Limits, type Split, type Sums } from "./split.js";

/** A node: where its examples go by their bin, or the value of a leaf. */
export type TreeNode =
  | { readonly value: number }
  | { readonly feature: number; readonly left: Uint8Array; children: readonly [TreeNode, TreeNode] };

/** How trees grow. */
export interface TreeLimits extends Limits {
  readonly mostLeaves: number;
  readonly learningRate: number;
}

interface Growing {
  readonly start: number;
  readonly end: number;
  readonly sums: Sums;
  readonly histograms: Float64Array;
  readonly split: Split;
  /** Puts the finished node where it belongs. */
  readonly place: (node: TreeNode) => void;
}

function sumsOf({ gradients, hessians }: Derivatives): Sums {
  let [g, h] = [0, 0];
  for (let i = 0; i < gradients.length; i++) {
    g += gradients[i] ?? 0;
    h += hessians[i] ?? 0;
  }
  return { g, h, n: gradients.length };
}

/** Moves the rows that go left to the front of `rows[start..end)`, both sides in their order; returns where the right begins. */
function part(rows: Uint32Array, start: number, end: number, bins: Uint8Array, left: Uint8Array): number {
  const others = new Uint32Array(end - start);
  let [at, count] = [start, 0];
  for (let i = start; i < end; i++) {
    const row = rows[i] ?? 0;
    if (left[bins[row] ?? 0] === 1) rows[at++] = row;
    else others[count++] = row;
  }
  rows.set(others.subarray(0, count), at);
  return at;
}

/** Takes the node whose split gains most. */
function takeBest(open: Growing[]): Growing | undefined {
  let best = 0;
  open.forEach((node, i) => {
    if (node.split.gain > (open[best]?.split.gain ?? 0)) best = i;
  });
  return open.splice(best, 1)[0];
}

/**
 * Grows a tree by always parting the leaf that gains most (leaf-wise), and adds each leaf's value to `predictions` of its
 * examples. `features` are bins by feature and example.
 */
export function growTree(
  features: readonly Uint8Array[],
  binnings: readonly Binning[],
  derivatives: Derivatives,
  predictions: Float64Array,
  limits: TreeLimits,
): TreeNode {
  const rows = Uint32Array.from({ length: predictions.length }, (_, i) => i);
  const bases = histogramBases(binnings);
  const histogramsOf = (start: number, end: number): Float64Array =>
    makeHistograms(features, bases, derivatives, rows, start, end);
  const divisible = (n: number): boolean => n >= 2 * limits.leastSamples;
  let root: TreeNode = { value: 0 };
  const open: Growing[] = [];
  let leaves = 1;
  const finish = ({ start, end, sums, place }: Omit<Growing, "histograms" | "split">): void => {
    const value = leafValue(sums, limits.l2) * limits.learningRate;
    for (let i = start; i < end; i++) predictions[rows[i] ?? 0] = (predictions[rows[i] ?? 0] ?? 0) + value;
    place({ value });
  };
  const begin = (node: Omit<Growing, "split">): void => {
    const split = divisible(node.sums.n)
      ? bestSplit(node.histograms, bases, binnings, node.sums, limits)
      : undefined;
    if (split === undefined) finish(node);
    else open.push({ ...node, split });
  };
  const whole = histogramsOf(0, rows.length);
  begin({
    start: 0,
    end: rows.length,
    sums: sumsOf(derivatives),
    histograms: whole,
    place: (node) => (root = node),
  });
  while (leaves < limits.mostLeaves) {
    const node = takeBest(open);
    if (node === undefined) break;
    const { start, end, sums, split, histograms, place } = node;
    const middle = part(rows, start, end, features[split.feature] ?? new Uint8Array(0), split.left);
    const rest = less(sums, split.sums);
    const children: [TreeNode, TreeNode] = [{ value: 0 }, { value: 0 }];
    place({ feature: split.feature, left: withMissing(split, binnings[split.feature], rest.n), children });
    leaves++;
    // the smaller child is counted, the other is what remains; neither if both are leaves
    const leftFirst = middle - start < end - middle;
    const needed = divisible(Math.max(split.sums.n, rest.n)) && leaves < limits.mostLeaves;
    const small = !needed ? histograms : leftFirst ? histogramsOf(start, middle) : histogramsOf(middle, end);
    const other = needed ? otherHistograms(histograms, small) : histograms;
    const [left, right] = leftFirst ? [small, other] : [other, small];
    const take = needed ? begin : finish;
    take({ start, end: middle, sums: split.sums, histograms: left, place: (own) => (children[0] = own) });
    take({ start: middle, end, sums: rest, histograms: right, place: (own) => (children[1] = own) });
  }
  open.forEach(finish);
  return root;
}

/** Where no value was missing, missing ones later go to the larger side. */
function withMissing({ left, sums }: Split, binning: Binning | undefined, rest: number): Uint8Array {
  if (binning?.missing === false) left[binning.count] = sums.n > rest ? 1 : 0;
  return left;
}

/** Adds a tree's values to `predictions` of examples whose bins are given. */
export function addTree(tree: TreeNode, features: readonly Uint8Array[], predictions: Float64Array): void {
  for (let row = 0; row < predictions.length; row++) {
    let node = tree;
    while ("children" in node) {
      node = node.children[node.left[features[node.feature]?.[row] ?? 0] === 1 ? 0 : 1];
    }
    predictions[row] = (predictions[row] ?? 0) + node.value;
  }
}
