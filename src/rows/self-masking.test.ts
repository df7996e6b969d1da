import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { datasets, type TableRecord } from "../data/index.js";
import { type TrainedVae, vaeFor } from "../model/index.js";
import { train } from "../node.js";
import { RandomStream } from "../tensor/index.js";
import { imputeRows } from "./index.js";
import { fitMask, resampled } from "./self-masking.js";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

describe("the slope of a mask", () => {
  /** Rows whose value, where it is there, is normal around a mean of their own; missing with the odds that a slope gives. */
  function rows(intercept: number, slope: number, n = 3000, draws = 30) {
    const stream = new RandomStream(1, "rows");
    const means = stream.normal(new Float64Array(n), 0);
    const uniforms = new RandomStream(1, "masks").uniform(new Float64Array(n), 0);
    const noise = new RandomStream(1, "values").normal(new Float64Array(n * draws), 0);
    // the mean of exp(slope x) of a normal is exp(slope mean + slope^2 / 2)
    const missing = Uint8Array.from(uniforms, (u, i) =>
      u < logistic(intercept + slope * (means[i] as number) + slope ** 2 / 2) ? 1 : 0,
    );
    const values = noise.map((z, k) => (means[Math.floor(k / draws)] as number) + z);
    return fitMask(missing, values, draws);
  }

  test("is found", () => {
    // some three standard errors: the information of a slope is about n p (1 - p) var(mean), so 0.045 each, and few
    // draws make a slope a little too flat
    const found = rows(-1, 0.8);
    expect(Math.abs(found.slope - 0.8)).toBeLessThan(0.15);
    expect(Math.abs(found.intercept + 1)).toBeLessThan(0.2);
    expect(found.gain).toBeGreaterThan(100);
    expect(rows(-1, -0.8).slope).toBeLessThan(-0.65);
  });

  test("is no more than chance where values are missing at random", () => {
    const found = rows(-1, 0);
    expect(Math.abs(found.slope)).toBeLessThan(0.13);
    expect(found.gain).toBeLessThan(6.6); // the 0.99 quantile of chi-square with one degree of freedom
  });

  test("makes the likelihood of which are missing greatest", () => {
    const missing = Uint8Array.of(1, 0, 1, 0, 0, 1);
    const values = Float64Array.of(1, 0.5, -0.5, -1, 2, 1, -1, 0, 0.3, 0.1, 0, 0.4);
    const score = (intercept: number, slope: number): number =>
      Array.from(missing).reduce(
        (sum, is, i) => {
          const mean =
            (Math.exp(slope * (values[2 * i] as number)) + Math.exp(slope * (values[2 * i + 1] as number))) /
            2;
          const p = logistic(intercept + Math.log(mean));
          return sum + Math.log(is === 1 ? p : 1 - p);
        },
        -(slope ** 2) / 8,
      );
    const { intercept, slope } = fitMask(missing, values, 2);
    const h = 1e-4;
    expect((score(intercept + h, slope) - score(intercept - h, slope)) / (2 * h)).toBeCloseTo(0, 5);
    expect((score(intercept, slope + h) - score(intercept, slope - h)) / (2 * h)).toBeCloseTo(0, 4);
  });
});

test("draws are taken as often as their weights say", () => {
  expect([...resampled(Float64Array.of(0, Math.log(3), 0), 5, 0.5)]).toEqual([0, 1, 1, 1, 2]);
  expect([...resampled(Float64Array.of(-1000, 0), 3, 0.99)]).toEqual([1, 1, 1]);
});

/*
 * `income` goes with `school`, and the greater it is the more often it is missing: observed incomes are too low, whatever is known of
 * the rest.
 */
describe("a table in which great values are missing", () => {
  const count = 900;
  const noise = new RandomStream(3, "people").normal(new Float64Array(2 * count), 0);
  const uniforms = new RandomStream(3, "gone").uniform(new Float64Array(count), 0);
  const people = Array.from({ length: count }, (_, i) => {
    const school = 12 + 3 * (noise[2 * i] as number);
    const income = 30 + 1.6 * (school - 12) + 6 * (noise[2 * i + 1] as number);
    const gone = (uniforms[i] as number) < logistic((2.5 * (income - 34)) / 7.7);
    return { school: school.toFixed(2), income: income.toFixed(1), gone };
  });
  const rows: TableRecord[] = people.map(({ school, income, gone }) => ({
    school,
    income: gone ? null : income,
  }));
  const hidden = people.flatMap(({ income, gone }, i) => (gone ? [{ row: i, income: Number(income) }] : []));
  let folder: string;
  let model: TrainedVae;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "latent-masks-"));
    const path = join(folder, "people.csv");
    const text = people.map(({ school, income, gone }) => `${school},${gone ? "" : income}`);
    await writeFile(path, ["school,income", ...text, ""].join("\n"));
    const data = await datasets.table(path, { validation: 0 });
    ({ model } = await train(vaeFor(data, { latent: 2 }), data, {
      epochs: 25,
      seed: 0,
      threads: 1,
      device: "cpu",
    }));
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true }));

  const errors = async (missingModel?: "at-random" | "self-masking") => {
    const { filled, notes } = await imputeRows(model, rows, {
      draws: 20,
      ...(missingModel && { missingModel }),
    });
    expect(filled).toHaveLength(hidden.length);
    const off = filled.map(({ value }, i) => Number(value) - (hidden[i]?.income ?? Number.NaN));
    const mean = off.reduce((sum, one) => sum + one, 0) / off.length;
    return {
      mean,
      squared: Math.sqrt(off.reduce((sum, one) => sum + one * one, 0) / off.length),
      filled,
      notes,
    };
  };

  test("is filled nearer to the truth by self-masking, and as before without it", async () => {
    const [plain, told, masked] = [await errors(), await errors("at-random"), await errors("self-masking")];
    expect(told.filled).toEqual(plain.filled);
    expect(plain.mean).toBeLessThan(-3); // thousands that the missing incomes are guessed too low
    expect(Math.abs(masked.mean)).toBeLessThan(0.5 * Math.abs(plain.mean));
    expect(masked.squared).toBeLessThan(0.9 * plain.squared);
    expect(masked.notes[0]).toMatch(
      /^Values of "income" are missing more often the greater they are, by a factor of \d+\.\d in the odds for each unit of its scale \(by 900 rows\): it was filled accordingly\.$/,
    );
    expect((await errors("self-masking")).filled).toEqual(masked.filled);
  }, 120_000);
});
