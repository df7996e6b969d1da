import { type FittedColumn, type FittedTable, isInside, scoreOf } from "../data/portable.js";
import { type CellColumn, cellColumns } from "./cells.js";

/**
 * Values that are missing because of what they are (not-MIWAE's self-masking: Ipsen, Mattei and Frellsen, 2021): the log-odds that
 * a column's value is missing are `intercept + slope * value`. The model tells how values are distributed that are there,
 * p(value | there, rest); with such a mask those that are missing are distributed as p(value | there, rest) * exp(slope * value),
 * normalised (exponential tilting: Kim and Yu, 2011). So nothing of the model changes, and draws are weighed.
 */
export interface MaskSlope {
  readonly intercept: number;
  /** On the column's scale, of about deviation 1. */
  readonly slope: number;
  /** Twice what the slope adds to the log-likelihood of which values are missing: chi-square with one degree of freedom if it is 0. */
  readonly gain: number;
}

/** The deviation of the normal prior of a slope, so that few rows claim little. */
const priorDeviation = 2;
const steepest = 4;
const gridStep = 0.25;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));

/** For each row, the logarithm of the mean of exp(slope * value) over its draws. */
function tilts(values: Float64Array, draws: number, slope: number): Float64Array {
  return Float64Array.from({ length: values.length / draws }, (_, row) => {
    let most = -Infinity;
    for (let k = row * draws; k < (row + 1) * draws; k++)
      most = Math.max(most, slope * (values[k] as number));
    let sum = 0;
    for (let k = row * draws; k < (row + 1) * draws; k++)
      sum += Math.exp(slope * (values[k] as number) - most);
    return most + Math.log(sum / draws);
  });
}

/** The best intercept for log-odds that are known but for it, and the log-likelihood there. */
function bestIntercept(
  missing: Uint8Array,
  odds: Float64Array,
): { intercept: number; logLikelihood: number } {
  const count = missing.reduce((sum, one) => sum + one, 0);
  const mean = odds.reduce((sum, one) => sum + one, 0) / odds.length;
  let intercept = Math.log(count / (missing.length - count)) - mean;
  for (let step = 0; step < 50; step++) {
    let [slope, bend] = [0, 0];
    odds.forEach((own, row) => {
      const p = logistic(intercept + own);
      slope += (missing[row] as number) - p;
      bend += p * (1 - p);
    });
    const move = Math.max(-2, Math.min(2, slope / Math.max(bend, 1e-9)));
    intercept += move;
    if (Math.abs(move) < 1e-10) break;
  }
  let logLikelihood = 0;
  odds.forEach((own, row) => {
    const x = intercept + own;
    logLikelihood += (missing[row] === 1 ? x : 0) - softplus(x);
  });
  return { intercept, logLikelihood };
}

/**
 * How the odds that a value is missing go with the value, by the greatest likelihood of which are missing: the odds of a row are
 * exp(intercept) times the mean of exp(slope * value) over `draws` values [rows, draws] as they are where they are there.
 */
export function fitMask(missing: Uint8Array, values: Float64Array, draws: number): MaskSlope {
  const at = (slope: number) => {
    const { intercept, logLikelihood } = bestIntercept(missing, tilts(values, draws, slope));
    return { intercept, slope, logLikelihood, score: logLikelihood - slope ** 2 / (2 * priorDeviation ** 2) };
  };
  const none = at(0);
  let best = none;
  for (let slope = -steepest; slope <= steepest; slope += gridStep) {
    const found = at(slope);
    if (found.score > best.score) best = found;
  }
  let [low, high] = [best.slope - gridStep, best.slope + gridStep];
  for (let step = 0; step < 25; step++) {
    const [a, b] = [at(low + 0.382 * (high - low)), at(low + 0.618 * (high - low))];
    for (const found of [a, b]) if (found.score > best.score) best = found;
    if (a.score > b.score) high = b.slope;
    else low = a.slope;
  }
  const { intercept, slope, logLikelihood } = best;
  return { intercept, slope, gain: 2 * (logLikelihood - none.logLikelihood) };
}

/** A column whose values can be weighed: numbers on a scale of about deviation 1. */
export interface WeighedColumn {
  readonly column: CellColumn;
  /** A cell's text on that scale; undefined for a missing one. */
  readonly scaled: (text: string) => number | undefined;
}

/** The scale that a column's numbers have in the model; undefined for what has none. */
function scaleOf(column: FittedColumn): ((value: number) => number) | undefined {
  if (!isInside(column) || ("minus" in column && column.minus !== undefined)) return undefined;
  switch (column.as) {
    case "scores":
      return (value) => scoreOf(column.knots, value);
    case "standard":
      return (value) => {
        const own = column.log ? Math.log(Math.max(value, Number.MIN_VALUE)) : value;
        return (own - column.mean) / column.scale;
      };
    case "count":
      return (value) => Math.log1p(Math.max(0, value));
    case "choices": {
      const { values, points } = column;
      if (values === undefined || points === undefined || values.length < 3) return undefined;
      const places = new Map(values.map((value, i) => [value, points[i] ?? 0]));
      return (value) => places.get(value) ?? 0;
    }
    default:
      return undefined;
  }
}

/** The columns of a table whose missing values can tell something by being missing: numbers and dates. */
export function weighedColumns(fitted: FittedTable): WeighedColumn[] {
  return cellColumns(fitted).flatMap((column) => {
    const own = fitted.columns[column.place];
    const scale = own && scaleOf(own);
    const { reading, isMissing } = column;
    if (scale === undefined || reading === undefined) return [];
    const scaled = (text: string): number | undefined => {
      const value = isMissing(text) ? undefined : reading.parse(text);
      return value === undefined ? undefined : scale(value);
    };
    return [{ column, scaled }];
  });
}

/** So many of some weighed draws, each as often as its weight says (systematic resampling); `uniform` is from 0 to 1. */
export function resampled(logWeights: Float64Array, count: number, uniform: number): Int32Array {
  const most = logWeights.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = logWeights.map((log) => Math.exp(log - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let [place, passed] = [0, weights[0] ?? 0];
  return Int32Array.from({ length: count }, (_, i) => {
    const wanted = ((i + uniform) / count) * total;
    while (passed <= wanted && place < weights.length - 1) passed += weights[++place] ?? 0;
    return place;
  });
}
