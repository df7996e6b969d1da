import type { Feature } from "../boosting/bins.js";
import { boostedClasses } from "../boosting/predict.js";
import { stratifiedFolds } from "../learn/folds.js";
import { fitLogistic, logisticProbabilities } from "../learn/logistic.js";
import { MersenneTwister } from "../learn/mersenne-twister.js";
import { rocAuc, rocCurve, type RocPoint } from "../learn/scores.js";
import type { TypedTables } from "./columns.js";
import { featuresOf } from "./features.js";
import { indicators } from "./indicators.js";

/** How well classifiers tell synthetic rows from real ones; see `TableQuality`. */
export interface Detection {
  readonly detection_auc: number;
  readonly detection_auc_logistic: number;
  readonly detection_rows: number;
}

/** The ROC curves of both classifiers. */
export interface DetectionCurves {
  readonly boosting: readonly RocPoint[];
  readonly logistic: readonly RocPoint[];
}

const MOST_ROWS = 10_000;
const FOLDS = 3;

/** The chosen rows of both tables, real ones first. */
function joined(real: Feature, synthetic: Feature, rows: readonly [Uint32Array, Uint32Array]): Feature {
  const values = new Float64Array(rows[0].length + rows[1].length);
  rows[0].forEach((row, i) => (values[i] = real.values[row] ?? Number.NaN));
  rows[1].forEach((row, i) => (values[rows[0].length + i] = synthetic.values[row] ?? Number.NaN));
  return { values, category: real.category };
}

/** Trains both classifiers on two thirds of equally many real and synthetic rows, thrice, and scores the other third. */
export function detectionOf(
  { columns, rows }: TypedTables,
  seed: number,
): { detection: Detection; curves: DetectionCurves } {
  const random = new MersenneTwister(seed);
  const n = Math.min(rows.train, rows.synthetic, MOST_ROWS);
  const chosen = [
    random.permutation(rows.train).subarray(0, n),
    random.permutation(rows.synthetic).subarray(0, n),
  ] as const;
  const [real = [], synthetic = []] = featuresOf(columns, ["train", "synthetic"]);
  const features = real.map((feature, f) => joined(feature, synthetic[f] ?? feature, chosen));
  const labels = Uint8Array.from({ length: 2 * n }, (_, i) => (i < n ? 0 : 1));
  const sparse = indicators(features, 2 * n);
  const folds = stratifiedFolds(labels, FOLDS, seed);
  const boosting = new Float64Array(2 * n);
  const logistic = new Float64Array(2 * n);
  for (let fold = 0; fold < FOLDS; fold++) {
    const all = Uint32Array.from({ length: 2 * n }, (_, i) => i);
    const [inside, outside] = [all.filter((i) => folds[i] !== fold), all.filter((i) => folds[i] === fold)];
    const targets = Float64Array.from(inside, (row) => labels[row] ?? 0);
    const { probabilities } = boostedClasses(
      { features, rows: inside, targets, unseen: features, unseenRows: outside },
      2,
    );
    outside.forEach((row, i) => (boosting[row] = probabilities[1]?.[i] ?? 0));
    const model = fitLogistic(sparse, labels, inside);
    logisticProbabilities(model, sparse, outside).forEach((p, i) => (logistic[outside[i] ?? 0] = p));
  }
  return {
    detection: {
      detection_auc: rocAuc(labels, boosting),
      detection_auc_logistic: rocAuc(labels, logistic),
      detection_rows: n,
    },
    curves: { boosting: rocCurve(labels, boosting), logistic: rocCurve(labels, logistic) },
  };
}
