import type { Feature } from "./bins.js";
import { boost, type BoostOptions, rawScores } from "./boost.js";
import { logisticLoss, sigmoid, softmaxLoss, squaredError } from "./losses.js";

/** Predictions of classes 0 to k - 1: the probability of each by class and example, and the likeliest. */
export interface ClassPredictions {
  readonly probabilities: readonly Float64Array[];
  readonly labels: Float64Array;
}

/** What is fitted on and what is predicted. */
export interface Task {
  readonly features: readonly Feature[];
  /** Rows to fit on, and their targets in the same order. */
  readonly rows: Uint32Array;
  readonly targets: Float64Array;
  /** The features to predict from, and their rows; the same columns as `features`. */
  readonly unseen: readonly Feature[];
  readonly unseenRows: Uint32Array;
}

/** Fits a classifier of `classes` classes, all of which occur, and predicts. */
export function boostedClasses(task: Task, classes: number, options?: BoostOptions): ClassPredictions {
  const loss = classes === 2 ? logisticLoss : softmaxLoss(classes);
  const model = boost(task.features, task.targets, task.rows, loss, options);
  const scores = rawScores(model, task.unseen, task.unseenRows);
  const probabilities = classes === 2 ? ofTwo(scores[0]) : softmax(scores);
  const labels = Float64Array.from(task.unseenRows, (_, i) => {
    let best = 0;
    probabilities.forEach((own, k) => {
      if ((own[i] ?? 0) > (probabilities[best]?.[i] ?? 0)) best = k;
    });
    return best;
  });
  return { probabilities, labels };
}

function ofTwo(scores: Float64Array = new Float64Array(0)): Float64Array[] {
  const of1 = scores.map(sigmoid);
  return [of1.map((p) => 1 - p), of1];
}

function softmax(scores: readonly Float64Array[]): Float64Array[] {
  const out = scores.map((own) => own.slice());
  const count = scores[0]?.length ?? 0;
  for (let i = 0; i < count; i++) {
    const most = Math.max(...scores.map((own) => own[i] ?? 0));
    const sum = scores.reduce((total, own) => total + Math.exp((own[i] ?? 0) - most), 0);
    out.forEach((own) => (own[i] = Math.exp((own[i] ?? 0) - most) / sum));
  }
  return out;
}

/** Fits a regression by squared error and predicts. */
export function boostedNumbers(task: Task, options?: BoostOptions): Float64Array {
  const model = boost(task.features, task.targets, task.rows, squaredError, options);
  return rawScores(model, task.unseen, task.unseenRows)[0] ?? new Float64Array(0);
}
