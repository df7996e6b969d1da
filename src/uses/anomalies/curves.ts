import { be, type Check, requireArgument } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";

/** A curve over all thresholds, from the strictest, that flags nothing, to the one that flags everything. */
export interface DetectionCurve {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Area under the curve, from 0 to 1. */
  readonly area: number;
}

/** How well a score tells anomalies from usual examples. */
export interface AnomalyDetection {
  /** True positive rate `y` against false positive rate `x`; its area is 0.5 for a score that tells nothing. */
  readonly roc: DetectionCurve;
  /** Precision `y` against recall `x`; its area, average precision, is the share of anomalies for such a score. */
  readonly precisionRecall: DetectionCurve;
  readonly anomalies: number;
  readonly usual: number;
}

const numbers: Check = {
  expected: "numbers, one an example, as a Float32Array or an array",
  ok: (value) =>
    (Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value)) &&
    (value as ArrayLike<unknown>).length > 0 &&
    Array.from(value as ArrayLike<unknown>).every(
      (one) => typeof one === "number" || typeof one === "boolean",
    ),
};

function trapezoids(x: Float64Array, y: Float64Array): number {
  let area = 0;
  for (let i = 1; i < x.length; i++) {
    area += (((x[i] ?? 0) - (x[i - 1] ?? 0)) * ((y[i] ?? 0) + (y[i - 1] ?? 0))) / 2;
  }
  return area;
}

/** Sum of precision times gain in recall: average precision, which no interpolation flatters (Davis and Goadrich, 2006). */
function steps(recall: Float64Array, precision: Float64Array): number {
  let area = 0;
  for (let i = 1; i < recall.length; i++) {
    area += ((recall[i] ?? 0) - (recall[i - 1] ?? 0)) * (precision[i] ?? 0);
  }
  return area;
}

/**
 * ROC and precision-recall curves of scores [n], the higher the more anomalous, of which `isAnomaly` [n] says which are: true
 * or above 0. Equal scores are one step. Throws a UserError if the lengths differ, a score is NaN, or all or none of the
 * examples are anomalies.
 */
export function detection(
  scores: ArrayLike<number>,
  isAnomaly: ArrayLike<boolean | number>,
): AnomalyDetection {
  requireArgument("detection", "the scores", scores, numbers);
  requireArgument("detection", "isAnomaly", isAnomaly, numbers);
  const n = scores.length;
  if (isAnomaly.length !== n) {
    throw new UserError(`detection: there are ${n} scores but ${isAnomaly.length} marks; give one each`, 2);
  }
  const bad = Array.from(scores).findIndex(Number.isNaN);
  if (bad >= 0) throw new UserError(`detection: the score of example ${bad} is NaN`);
  const marked = (i: number): boolean => Number(isAnomaly[i] ?? 0) > 0;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b,
  );
  const anomalies = order.reduce((sum, i) => sum + (marked(i) ? 1 : 0), 0);
  const usual = n - anomalies;
  if (anomalies === 0 || usual === 0) {
    const which = anomalies === 0 ? "none" : "all";
    throw new UserError(
      `detection: ${which} of the ${n} examples are anomalies; curves need some of either kind`,
      2,
    );
  }
  const points: [falseRate: number, recall: number, precision: number][] = [[0, 0, 1]];
  let [hits, misses] = [0, 0];
  order.forEach((i, place) => {
    if (marked(i)) hits++;
    else misses++;
    const next = order[place + 1];
    if (next !== undefined && scores[next] === scores[i]) return;
    points.push([misses / usual, hits / anomalies, hits / (hits + misses)]);
  });
  const column = (k: 0 | 1 | 2): Float64Array => Float64Array.from(points, (point) => point[k]);
  const [falseRate, recall, precision] = [column(0), column(1), column(2)];
  return {
    roc: { x: falseRate, y: recall, area: trapezoids(falseRate, recall) },
    precisionRecall: { x: recall, y: precision, area: steps(recall, precision) },
    anomalies,
    usual,
  };
}

const aRate = be.number(0, 1);

/**
 * The score above which a share `falseAlarms` (default 0.01) of usual examples lies: what scores higher is flagged. Throws a
 * UserError for no scores or a share outside 0..1.
 */
export function thresholdFor(usualScores: ArrayLike<number>, falseAlarms = 0.01): number {
  requireArgument("thresholdFor", "the scores", usualScores, numbers);
  requireArgument("thresholdFor", "the share of false alarms", falseAlarms, aRate);
  const sorted = Float64Array.from(usualScores).sort();
  const allowed = Math.floor(falseAlarms * sorted.length + 1e-9);
  if (allowed >= sorted.length) return -Infinity;
  return sorted[sorted.length - 1 - allowed] ?? Number.NaN;
}
