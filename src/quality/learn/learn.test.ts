import { expect, test } from "vitest";
import { RandomStream } from "../../tensor/index.js";
import { stratifiedFolds } from "./folds.js";
import { fitLogistic, logisticProbabilities, type SparseRows } from "./logistic.js";
import { MersenneTwister } from "./mersenne-twister.js";
import { minimise } from "./minimise.js";
import { accuracy, f1Of, macroF1, r2, rocAuc, rocCurve } from "./scores.js";

test("the twister gives the reference sequence", () => {
  const twister = new MersenneTwister(5489);
  expect(twister.next()).toBe(3499211612);
  for (let i = 0; i < 9998; i++) twister.next();
  expect(twister.next()).toBe(4123659995); // the 10,000th, as the C++ standard states it
});

test("permutations are NumPy's", () => {
  expect([...new MersenneTwister(0).permutation(10)]).toEqual([2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
  expect([...new MersenneTwister(1).permutation(1)]).toEqual([0]);
});

test("folds hold equal shares of both classes", () => {
  const labels = Uint8Array.from({ length: 31 }, (_, i) => (i < 20 ? 0 : 1));
  const folds = stratifiedFolds(labels, 3, 4);
  for (const label of [0, 1]) {
    const counts = [0, 1, 2].map(
      (fold) => labels.filter((own, i) => own === label && folds[i] === fold).length,
    );
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
  expect([...stratifiedFolds(labels, 3, 4)]).toEqual([...folds]);
  expect([...stratifiedFolds(labels, 3, 5)]).not.toEqual([...folds]);
});

test("ROC-AUC counts the pairs in order, ties half", () => {
  const scores = Array.from(new RandomStream(3).uniform(new Float64Array(60), 0), (u) => Math.round(u * 9));
  const labels = scores.map((score, i) => ((score + i) % 3 === 0 ? 1 : 0));
  let [won, pairs] = [0, 0];
  scores.forEach((a, i) =>
    scores.forEach((b, j) => {
      if (labels[i] !== 1 || labels[j] !== 0) return;
      pairs++;
      won += a > b ? 1 : a === b ? 0.5 : 0;
    }),
  );
  expect(rocAuc(labels, scores)).toBeCloseTo(won / pairs, 12);
  expect(rocAuc([0, 0, 1, 1], [1, 2, 3, 4])).toBe(1);
  const curve = rocCurve(labels, scores);
  let area = 0;
  curve.forEach(({ falsePositives, truePositives }, i) => {
    const before = curve[i - 1];
    if (before === undefined) return;
    area += ((falsePositives - before.falsePositives) * (truePositives + before.truePositives)) / 2;
  });
  expect(area).toBeCloseTo(won / pairs, 12);
});

test("scores of predictions", () => {
  const [truth, told] = [
    [0, 1, 1, 2],
    [0, 1, 0, 0],
  ];
  expect(accuracy(truth, told)).toBe(0.5);
  expect(f1Of(truth, told, 1)).toBeCloseTo(2 / 3, 15);
  expect(macroF1(truth, told)).toBeCloseTo((0.5 + 2 / 3 + 0) / 3, 15);
  expect(r2([1, 2, 3], [1, 2, 3])).toBe(1);
  expect(r2([1, 2, 3], [2, 2, 2])).toBe(0);
});

test("L-BFGS finds the bottom of Rosenbrock's valley", () => {
  const x = Float64Array.of(-1.2, 1);
  minimise(
    ([a = 0, b = 0], gradient) => {
      gradient[0] = -400 * a * (b - a * a) - 2 * (1 - a);
      gradient[1] = 200 * (b - a * a);
      return 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    },
    x,
    200,
    1e-8,
  );
  expect(x[0]).toBeCloseTo(1, 6);
  expect(x[1]).toBeCloseTo(1, 6);
});

test("a logistic regression's gradient vanishes where it ends, and it predicts", () => {
  const n = 200;
  const noise = new RandomStream(5).normal(new Float64Array(3 * n), 0);
  const labels = Uint8Array.from({ length: n }, (_, i) =>
    2 * (noise[3 * i] ?? 0) - (noise[3 * i + 1] ?? 0) + (noise[3 * i + 2] ?? 0) > 0.3 ? 1 : 0,
  );
  const rows: SparseRows = {
    columns: 2,
    starts: Uint32Array.from({ length: n + 1 }, (_, i) => 2 * i),
    indices: Uint32Array.from({ length: 2 * n }, (_, i) => i % 2),
    values: Float64Array.from({ length: 2 * n }, (_, i) => noise[3 * Math.floor(i / 2) + (i % 2)] ?? 0),
  };
  const all = Uint32Array.from({ length: n }, (_, i) => i);
  const model = fitLogistic(rows, labels, all);
  const p = logisticProbabilities(model, rows, all);
  for (const j of [0, 1]) {
    const slope = p.reduce(
      (sum, each, i) => sum + (each - (labels[i] ?? 0)) * (rows.values[2 * i + j] ?? 0),
      0,
    );
    expect(Math.abs(slope + (model.weights[j] ?? 0))).toBeLessThan(1e-3);
  }
  expect(rocAuc(labels, p)).toBeGreaterThan(0.85);
});
