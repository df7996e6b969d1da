import type { Derivatives } from "./histogram.js";

/** A loss to boost: predictions are raw scores, an array for each of its outputs. */
export interface Loss {
  readonly outputs: number;
  /** The constant scores to start from. */
  readonly start: (targets: Float64Array) => Float64Array;
  /** Derivatives by the scores of one output, written into `into`. */
  readonly derive: (
    targets: Float64Array,
    scores: readonly Float64Array[],
    output: number,
    into: Derivatives,
  ) => void;
}

/** Half the squared error. */
export const squaredError: Loss = {
  outputs: 1,
  start: (targets) => Float64Array.of(targets.reduce((sum, y) => sum + y, 0) / targets.length),
  derive(targets, [scores], _, { gradients, hessians }) {
    for (let i = 0; i < targets.length; i++) {
      gradients[i] = (scores?.[i] ?? 0) - (targets[i] ?? 0);
      hessians[i] = 1;
    }
  },
};

/** 1 / (1 + e^-x). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Minus the log-likelihood of labels 0 and 1, the score being the log-odds of 1. */
export const logisticLoss: Loss = {
  outputs: 1,
  start(targets) {
    const p = targets.reduce((sum, y) => sum + y, 0) / targets.length;
    return Float64Array.of(Math.log(p / (1 - p)));
  },
  derive(targets, [scores], _, { gradients, hessians }) {
    for (let i = 0; i < targets.length; i++) {
      const p = sigmoid(scores?.[i] ?? 0);
      gradients[i] = p - (targets[i] ?? 0);
      hessians[i] = p * (1 - p);
    }
  },
};

/** Minus the log-likelihood of labels 0 to `classes` - 1 under a softmax of the scores. */
export function softmaxLoss(classes: number): Loss {
  return {
    outputs: classes,
    start(targets) {
      const counts = new Float64Array(classes);
      for (const y of targets) counts[y] = (counts[y] ?? 0) + 1;
      return counts.map((count) => Math.log(Math.max(count / targets.length, 1e-12)));
    },
    derive(targets, scores, output, { gradients, hessians }) {
      for (let i = 0; i < targets.length; i++) {
        let most = -Infinity;
        for (const each of scores) most = Math.max(most, each[i] ?? 0);
        let sum = 0;
        for (const each of scores) sum += Math.exp((each[i] ?? 0) - most);
        const p = Math.exp((scores[output]?.[i] ?? 0) - most) / sum;
        gradients[i] = p - (targets[i] === output ? 1 : 0);
        hessians[i] = p * (1 - p);
      }
    },
  };
}
