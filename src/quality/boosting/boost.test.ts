import { expect, test } from "vitest";
import { RandomStream } from "../../tensor/index.js";
import { r2 } from "../learn/scores.js";
import { binned, makeBins } from "./bins.js";
import { boost, rawScores } from "./boost.js";
import { squaredError } from "./losses.js";
import { boostedClasses, boostedNumbers, type Task } from "./predict.js";

const n = 400;
const rows = Uint32Array.from({ length: n }, (_, i) => i);
const uniform = new RandomStream(11).uniform(new Float64Array(2 * n), 0);
const x = uniform.slice(0, n);
const y = uniform.slice(n);

function task(values: Float64Array, targets: Float64Array, category = false): Task {
  const features = [{ values, category }];
  return { features, rows, targets, unseen: features, unseenRows: rows };
}

test("one tree of two leaves parts a step where it is, each leaf the mean", () => {
  const targets = x.map((value) => (value > 0.5 ? 3 : -1));
  const told = boostedNumbers(task(x, targets), { rounds: 1, learningRate: 1, mostLeaves: 2 });
  told.forEach((value, i) => expect(value).toBeCloseTo(targets[i] ?? 0, 6));
});

test("rounds shrink what is left by 1 - the learning rate", () => {
  const targets = x.map((value) => (value > 0.5 ? 1 : 0));
  const mean = targets.reduce((sum, value) => sum + value, 0) / n;
  const told = boostedNumbers(task(x, targets), { rounds: 7, learningRate: 0.1, mostLeaves: 2 });
  told.forEach((value, i) => {
    const target = targets[i] ?? 0;
    expect(value).toBeCloseTo(target + (mean - target) * 0.9 ** 7, 5);
  });
});

test("missing values go where they fit, and to the larger side if there were none", () => {
  const gaps = x.map((value, i) => (i % 4 === 0 ? Number.NaN : value));
  const targets = gaps.map((value) => (Number.isNaN(value) || value < 0.2 ? 5 : 0));
  const told = boostedNumbers(task(gaps, targets), { rounds: 1, learningRate: 1, mostLeaves: 2 });
  told.forEach((value, i) => expect(value).toBeCloseTo(targets[i] ?? 0, 5));
  const model = boost(
    [{ values: x, category: false }],
    x.map((value) => (value > 0.2 ? 1 : 0)),
    rows,
    squaredError,
    { rounds: 1, learningRate: 1, mostLeaves: 2 },
  );
  const nothing = [{ values: Float64Array.of(Number.NaN), category: false }];
  expect(rawScores(model, nothing, Uint32Array.of(0))[0]?.[0]).toBeCloseTo(1, 6);
});

test("categories are parted into subsets at once", () => {
  const values = x.map((value) => Math.floor(value * 8));
  const targets = values.map((value) => ([1, 4, 6].includes(value) ? 2 : -2));
  const told = boostedNumbers(task(values, targets, true), { rounds: 1, learningRate: 1, mostLeaves: 2 });
  told.forEach((value, i) => expect(value).toBeCloseTo(targets[i] ?? 0, 5));
});

test("a smooth function of two numbers is learnt, and a leaf keeps its least number of examples", () => {
  const targets = x.map((value, i) => Math.sin(6 * value) + (y[i] ?? 0) ** 2);
  const features = [x, y].map((values) => ({ values, category: false }));
  const told = boostedNumbers({ features, rows, targets, unseen: features, unseenRows: rows });
  expect(r2(targets, told)).toBeGreaterThan(0.97);
  const few = {
    features,
    rows: rows.slice(0, 39),
    targets: targets.slice(0, 39),
    unseen: features,
    unseenRows: rows,
  };
  expect(new Set(boostedNumbers(few)).size).toBe(1);
});

test("two and three classes", () => {
  for (const classes of [2, 3]) {
    const targets = x.map((value) => Math.floor(value * classes));
    const { probabilities, labels } = boostedClasses(task(x, targets), classes);
    expect([...labels]).toEqual([...targets]);
    for (let i = 0; i < n; i++) {
      expect(probabilities.reduce((sum, own) => sum + (own[i] ?? 0), 0)).toBeCloseTo(1, 12);
    }
  }
});

test("more than 255 different numbers are cut at their quantiles", () => {
  const binning = makeBins({ values: x, category: false }, rows);
  expect(binning.thresholds).toHaveLength(254);
  const counts = new Uint32Array(256);
  for (const bin of binned(binning, x, rows)) counts[bin] = (counts[bin] ?? 0) + 1;
  expect(Math.max(...counts)).toBeLessThanOrEqual(3);
  expect(binned(binning, Float64Array.of(Number.NaN, -9, 9), Uint32Array.of(0, 1, 2))).toEqual(
    Uint8Array.of(255, 0, 254),
  );
});
