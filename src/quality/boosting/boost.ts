import { type Binning, binned, type Feature, makeBins } from "./bins.js";
import type { Loss } from "./losses.js";
import { addTree, growTree, type TreeNode } from "./tree.js";

/** How a boosted model is fitted; the defaults are those of scikit-learn's `HistGradientBoosting`. */
export interface BoostOptions {
  /** Rounds; default 100. */
  readonly rounds?: number;
  /** Default 0.1. */
  readonly learningRate?: number;
  /** Leaves of a tree; default 31. */
  readonly mostLeaves?: number;
  /** Examples of a leaf; default 20. */
  readonly leastSamples?: number;
  /** Default 0. */
  readonly l2?: number;
}

/** A fitted model. */
export interface BoostedModel {
  readonly binnings: readonly Binning[];
  readonly start: Float64Array;
  /** By round, a tree for each output. */
  readonly trees: readonly (readonly TreeNode[])[];
}

function startScores(start: Float64Array, count: number): Float64Array[] {
  return Array.from(start, (value) => new Float64Array(count).fill(value));
}

/**
 * Gradient boosting of trees over histograms (Friedman, 2001; Ke et al., LightGBM, 2017) on `rows` of the features.
 * `targets` are by place in `rows`. Categories are parted into subsets, missing values sent where they fit.
 */
export function boost(
  features: readonly Feature[],
  targets: Float64Array,
  rows: Uint32Array,
  loss: Loss,
  options: BoostOptions = {},
): BoostedModel {
  const { rounds = 100, learningRate = 0.1, mostLeaves = 31, leastSamples = 20, l2 = 0 } = options;
  const made = features.map((feature) => {
    const binning = makeBins(feature, rows);
    return { binning, bins: binned(binning, feature.values, rows) };
  });
  const binnings = made.map(({ binning }) => binning);
  const bins = made.map((each) => each.bins);
  const start = loss.start(targets);
  const scores = startScores(start, rows.length);
  const trees: TreeNode[][] = [];
  const limits = { learningRate, mostLeaves, leastSamples, l2 };
  const derivatives = scores.map(() => ({
    gradients: new Float32Array(rows.length),
    hessians: new Float32Array(rows.length),
  }));
  for (let round = 0; round < rounds; round++) {
    derivatives.forEach((into, output) => loss.derive(targets, scores, output, into));
    trees.push(
      scores.map((own, output) => {
        const into = derivatives[output];
        return into === undefined ? { value: 0 } : growTree(bins, binnings, into, own, limits);
      }),
    );
  }
  return { binnings, start, trees };
}

/** The raw scores of `rows` of features like those of the fit, an array for each output. */
export function rawScores(
  { binnings, start, trees }: BoostedModel,
  features: readonly Feature[],
  rows: Uint32Array,
): Float64Array[] {
  const bins = binnings.map((binning, f) =>
    binned(binning, features[f]?.values ?? new Float64Array(0), rows),
  );
  const scores = startScores(start, rows.length);
  for (const round of trees) {
    round.forEach((tree, output) => addTree(tree, bins, scores[output] ?? new Float64Array(0)));
  }
  return scores;
}
