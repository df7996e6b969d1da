/**
 * The area under the ROC curve: how probable it is that an example of class 1 has the higher score than one of class 0, ties
 * counting half (Mann and Whitney, 1947). NaN if a class has no example.
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const order = byScore(scores);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (labels[order[i] ?? 0] === 1) {
        rankSum += rank;
        positives++;
      }
    }
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** A point of a ROC curve: shares of class 0 and of class 1 that score at least as high as a threshold. */
export interface RocPoint {
  readonly falsePositives: number;
  readonly truePositives: number;
}

/** The ROC curve from (0, 0) to (1, 1) in about `most` points. */
export function rocCurve(labels: ArrayLike<number>, scores: ArrayLike<number>, most = 200): RocPoint[] {
  const order = byScore(scores).reverse();
  let positives = 0;
  for (let i = 0; i < labels.length; i++) positives += labels[i] === 1 ? 1 : 0;
  const negatives = labels.length - positives;
  const points: RocPoint[] = [{ falsePositives: 0, truePositives: 0 }];
  const step = Math.max(1, Math.floor(order.length / most));
  let [hits, alarms, told] = [0, 0, 0];
  order.forEach((index, i) => {
    if (labels[index] === 1) hits++;
    else alarms++;
    const next = order[i + 1];
    const last = next === undefined;
    if (!last && (scores[next] === scores[index] || i - told < step)) return;
    told = i;
    points.push({ falsePositives: alarms / negatives, truePositives: hits / positives });
  });
  return points;
}

function byScore(scores: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0),
  );
}

/** The share of equal entries. */
export function accuracy(truth: ArrayLike<number>, told: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (truth[i] === told[i]) right++;
  return right / truth.length;
}

/** F1 of one class: the harmonic mean of precision and recall; 0 where it is never right. */
export function f1Of(truth: ArrayLike<number>, told: ArrayLike<number>, label: number): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    const [is, said] = [truth[i] === label, told[i] === label];
    if (is && said) both++;
    either += (is ? 1 : 0) + (said ? 1 : 0);
  }
  return either === 0 ? 0 : (2 * both) / either;
}

/** F1 averaged over all classes that are there or were told. */
export function macroF1(truth: ArrayLike<number>, told: ArrayLike<number>): number {
  const labels = [...new Set([...Array.from(truth), ...Array.from(told)])];
  return labels.reduce((sum, label) => sum + f1Of(truth, told, label), 0) / labels.length;
}

/** R², the share of the variance that is explained; below 0 where the mean would be better. */
export function r2(truth: ArrayLike<number>, told: ArrayLike<number>): number {
  const n = truth.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (truth[i] ?? 0) / n;
  let [residual, total] = [0, 0];
  for (let i = 0; i < n; i++) {
    residual += ((truth[i] ?? 0) - (told[i] ?? 0)) ** 2;
    total += ((truth[i] ?? 0) - mean) ** 2;
  }
  if (total === 0) return residual === 0 ? 1 : 0;
  return 1 - residual / total;
}
