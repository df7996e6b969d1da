import { expect, test } from "vitest";
import type { EpochRecord } from "latent/web";
import { klPerDimension, linesOf } from "./lines";

test("the KL of each coordinate against the closed form", () => {
  const kl = klPerDimension(Float32Array.of(0, 1, 0, -1), Float32Array.of(1, 0.5, 1, 0.5), 2);
  expect(kl[0]).toBeCloseTo(0, 12);
  expect(kl[1]).toBeCloseTo(0.5 * (1 + 0.25 - 1) - Math.log(0.5), 6);
});

test("each term has a line, with the test data's dashed in the same colour", () => {
  const progress = [{ step: 1, epoch: 1, terms: { kl: 1, loss: Number.NaN }, examplesPerSecond: 1 }];
  const history = [
    { epoch: 1, step: 2, train: { kl: 1 }, evaluation: { terms: { kl: 2 } } },
  ] as unknown as EpochRecord[];
  const lines = linesOf(progress, history, (key) => key, "(test)");
  expect(lines.map(({ name, dashed, colour }) => [name, dashed ?? false, colour])).toEqual([
    ["kl", false, 0],
    ["kl (test)", true, 0],
    ["loss", false, 1],
  ]);
  expect(lines[2]?.points).toEqual([{ x: 1, y: null }]);
});

test("long runs are thinned, first and last kept", () => {
  const progress = Array.from({ length: 5000 }, (_, step) => ({
    step,
    epoch: 1,
    terms: { kl: step },
    examplesPerSecond: 1,
  }));
  const [line] = linesOf(progress, [], (key) => key, "");
  expect(line?.points).toHaveLength(600);
  expect(line?.points[0]?.x).toBe(0);
  expect(line?.points.at(-1)?.x).toBe(4999);
});
