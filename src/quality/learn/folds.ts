import { MersenneTwister } from "./mersenne-twister.js";

/**
 * The fold of each of two classes' examples, `count` folds with equal shares of both (stratified, shuffled, as scikit-learn's
 * `StratifiedKFold`). `labels` hold 0 and 1, a 0 first.
 */
export function stratifiedFolds(labels: Uint8Array, count: number, seed: number): Uint8Array {
  const random = new MersenneTwister(seed);
  const ordered = labels.slice().sort();
  const folds = new Uint8Array(labels.length);
  for (const label of [0, 1]) {
    const own: number[] = [];
    for (let fold = 0; fold < count; fold++) {
      for (let i = fold; i < ordered.length; i += count) if (ordered[i] === label) own.push(fold);
    }
    const mixed = Uint32Array.from(own);
    random.shuffle(mixed);
    let at = 0;
    labels.forEach((each, i) => {
      if (each === label) folds[i] = mixed[at++] ?? 0;
    });
  }
  return folds;
}
