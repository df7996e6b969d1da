import type { Expr } from "../../graph/index.js";
import { axisSets, groupsOf, without } from "./arrays.js";

/** What an op makes of the elements along axes, taken together as one row. */
export interface LaneRule {
  /** The results for a row: one, or one for each element. */
  value(row: readonly number[]): readonly number[];
  /** The gradient by the row's elements, of the results times `cotangent`; none for indices. */
  slope?(row: readonly number[], cotangent: readonly number[]): readonly number[];
  /** Whether a row without elements has a value; default true. */
  readonly ofNothing?: boolean;
}

/** A use of such an op on an operand of a shape. */
export interface LaneUse extends LaneRule {
  readonly label: string;
  readonly y: Expr;
  readonly shape: readonly number[];
  /** Whether there is a result for each element. */
  readonly each: boolean;
  /** The places of each row's elements. */
  readonly groups: readonly (readonly number[])[];
}

const total = (row: readonly number[]): number => row.reduce((sum, x) => sum + x, 0);
const product = (row: readonly number[]): number => row.reduce((product, x) => product * x, 1);
const logTotal = (row: readonly number[]): number => {
  const top = row.reduce((top, x) => (x > top || Number.isNaN(x) ? x : top), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(total(row.map((x) => Math.exp(x - top))));
};

/** NaN if one is there; else the shares of the equal elements. */
function extreme(best: (...row: number[]) => number): LaneRule {
  return {
    ofNothing: false,
    value: (row) => [best(...row)],
    slope: (row, [g = 0]) => {
      const top = best(...row);
      const hits = row.filter((x) => x === top).length;
      return row.map((x) => (Number.isNaN(top) ? Number.NaN : x === top ? g / hits : 0));
    },
  };
}

/** Places in ascending order, NaN as the largest, equals as they stand. */
function order(row: readonly number[], descending: boolean): number[] {
  const compare = (i: number, j: number): number => {
    const [a, b] = [row[i] as number, row[j] as number];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a < b ? -1 : a > b ? 1 : 0;
  };
  return row.map((_, i) => i).sort((i, j) => (descending ? compare(j, i) : compare(i, j)) || i - j);
}

function sorting(descending: boolean): LaneRule {
  return {
    value: (row) => order(row, descending).map((i) => row[i] as number),
    slope: (row, cotangent) => {
      const places = order(row, descending);
      return row.map((_, i) => cotangent[places.indexOf(i)] as number);
    },
  };
}

/** x - log(sum(exp(x))); NaN for all where one is NaN or the largest infinite, as PyTorch has it. */
function logShares(row: readonly number[]): number[] {
  const top = Math.max(...row);
  return row.map((x) => (Number.isFinite(top) ? x - logTotal(row) : Number.NaN));
}

const shares = (row: readonly number[]): number[] => logShares(row).map(Math.exp);

const rules: Readonly<Record<string, LaneRule>> = {
  max: extreme(Math.max),
  min: extreme(Math.min),
  prod: {
    value: (row) => [product(row)],
    slope: (row, [g = 0]) => row.map((_, i) => g * product(row.filter((_, j) => j !== i))),
  },
  logSumExp: {
    value: (row) => [logTotal(row)],
    slope: (row, [g = 0]) =>
      row.every((x) => x === Number.NEGATIVE_INFINITY)
        ? row.map(() => 0)
        : row.map((x) => g * Math.exp(x - logTotal(row))),
  },
  softmax: {
    value: shares,
    slope: (row, cotangent) => {
      const y = shares(row);
      const mean = total(y.map((w, i) => w * (cotangent[i] as number)));
      return y.map((w, i) => w * ((cotangent[i] as number) - mean));
    },
  },
  logSoftmax: {
    value: logShares,
    slope: (row, cotangent) => {
      const [y, sum] = [shares(row), total(cotangent)];
      return y.map((w, i) => (cotangent[i] as number) - w * sum);
    },
  },
  sort: sorting(false),
  sortDescending: sorting(true),
  argsort: { value: (row) => order(row, false) },
  argmax: {
    ofNothing: false,
    value: (row) => {
      const nan = row.findIndex(Number.isNaN);
      return [nan >= 0 ? nan : row.indexOf(Math.max(...row))];
    },
  },
};

/** Uses of an op over every set of axes, with and without them as length 1. */
function overSets(name: "max" | "min" | "prod" | "logSumExp", x: Expr, shape: readonly number[]): LaneUse[] {
  const rule = rules[name] as LaneRule;
  return axisSets(shape.length).flatMap((axes) => {
    const to = without(shape, axes);
    const empty = axes.some((axis) => shape[axis] === 0) && !to.includes(0);
    if (empty && rule.ofNothing === false) return [];
    return [false, true].map((keepDims) => ({
      ...rule,
      label: `axes ${axes.join()}`,
      y: x[name](axes, keepDims),
      shape: without(shape, axes, keepDims),
      each: false,
      groups: groupsOf(shape, axes),
    }));
  });
}

/** Uses of an op along every axis. */
function alongEach(
  name: string,
  build: (axis: number) => Expr,
  shape: readonly number[],
  each: boolean,
): LaneUse[] {
  const rule = rules[name] as LaneRule;
  return shape.flatMap((length, axis) => {
    if (length === 0 && rule.ofNothing === false) return [];
    const to = each ? shape : without(shape, [axis]);
    return [
      { ...rule, label: `axis ${axis}`, y: build(axis), shape: to, each, groups: groupsOf(shape, [axis]) },
    ];
  });
}

/** Uses of every op that takes the elements along axes together, on an operand of a shape. */
export const lanes: Readonly<Record<string, (x: Expr, shape: readonly number[]) => LaneUse[]>> = {
  max: (x, shape) => overSets("max", x, shape),
  min: (x, shape) => overSets("min", x, shape),
  prod: (x, shape) => overSets("prod", x, shape),
  logSumExp: (x, shape) => overSets("logSumExp", x, shape),
  softmax: (x, shape) => alongEach("softmax", (axis) => x.softmax(axis), shape, true),
  logSoftmax: (x, shape) => alongEach("logSoftmax", (axis) => x.logSoftmax(axis), shape, true),
  sort: (x, shape) => [
    ...alongEach("sort", (axis) => x.sort(axis), shape, true),
    ...alongEach("sortDescending", (axis) => x.sort(axis, true), shape, true),
  ],
  argsort: (x, shape) => alongEach("argsort", (axis) => x.argsort(axis), shape, true),
  argmax: (x, shape) => alongEach("argmax", (axis) => x.argmax(axis), shape, false),
};
