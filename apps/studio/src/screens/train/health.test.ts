import { expect, test } from "vitest";
import type { EpochRecord } from "latent/web";
import { remedy, troubleOf } from "./health";
import { usual } from "./setup";

const progress = (losses: readonly number[]) =>
  losses.map((negativeElbo, step) => ({ step, epoch: 1, terms: { negativeElbo }, examplesPerSecond: 1 }));
const epoch = (kl: number): EpochRecord =>
  ({ epoch: 1, step: 1, train: {}, evaluation: { kl } }) as unknown as EpochRecord;
const well = {
  problem: undefined,
  progress: progress([500, 300, 200, 180, 170, 172]),
  history: [epoch(5)],
  objective: "elbo",
};

test("a training that goes well has no trouble", () => {
  expect(troubleOf(well)).toBeUndefined();
  expect(troubleOf({ ...well, progress: [], history: [] })).toBeUndefined();
});

test("NaN, divergence and collapse are told apart", () => {
  expect(troubleOf({ ...well, problem: "the loss became NaN in step 12" })).toBe("nan");
  expect(troubleOf({ ...well, problem: "the server is gone" })).toBeUndefined();
  expect(troubleOf({ ...well, progress: progress([500, 300, 200, 400, 900, 5000]) })).toBe("diverged");
  expect(troubleOf({ ...well, history: [epoch(0.001)] })).toBe("collapsed");
  expect(troubleOf({ ...well, history: [epoch(0)], objective: "autoencoder" })).toBeUndefined();
});

test("remedies change what caused it", () => {
  expect(remedy("nan", usual)).toMatchObject({ lr: 0.0001, clip: 1 });
  expect(remedy("collapsed", { ...usual, objective: "simple" }).objective).toBe("elbo");
  expect(remedy("collapsed", usual).objective).toMatch(/beta/);
});
