import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { boardFor, workThrough } from "../../testing/sweeps.js";
import { RandomStream } from "../../tensor/index.js";
import { searches } from "../search/registry.js";
import type { Observation } from "../search/search.js";
import { spaceOf } from "../space/space.js";
import type { TrialTask } from "../trial.js";

/** Learning curves of real runs; fixtures/README.md says of which. */
interface Curve {
  readonly lr: number;
  readonly latent: number;
  readonly batchSize: number;
  readonly hidden: number;
  readonly negativeElbo: readonly number[];
}
const curves = JSON.parse(
  readFileSync(new URL("../fixtures/curves.json", import.meta.url), "utf8"),
) as readonly Curve[];

const seeds = Array.from({ length: 20 }, (_, seed) => seed);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const last = ({ negativeElbo }: Curve): number => negativeElbo.at(-1) ?? NaN;

/** Runs a sweep over all curves in a random order; the least final value of what was trained to its end, and the epochs trained. */
async function sweep(stopping: string, seed: number): Promise<{ best: number; epochs: number }> {
  const order = new RandomStream(seed, "order").permutation(curves.length);
  const { board } = boardFor({
    run: { data: "mnist", epochs: 27, latent: `integer(from=1, to=${curves.length})` },
    search: "grid",
    stopping,
    budget: { trials: curves.length },
  });
  const curveOf = ({ run }: TrialTask): Curve | undefined => curves[order[(run.latent as number) - 1] ?? 0];
  const done = new Map<string, number>();
  let best = Infinity;
  await workThrough(board, (task) => {
    const value = curveOf(task)?.negativeElbo[task.epochs - 1] ?? NaN;
    done.set(task.id, task.epochs);
    if (task.epochs === 27) best = Math.min(best, value);
    return value;
  });
  return { best, epochs: [...done.values()].reduce((a, b) => a + b, 0) };
}

describe("on learning curves of real runs", () => {
  test("asha finds the same best within 3 % at a third of the compute, over 20 orders", async () => {
    const full = await sweep("none", 0);
    expect(full.epochs).toBe(27 * curves.length);
    expect(full.best).toBe(Math.min(...curves.map(last)));
    for (const seed of seeds) {
      const asha = await sweep("asha(eta=3, least=1)", seed);
      expect(asha.best).toBeLessThanOrEqual(1.03 * full.best);
      expect(asha.epochs).toBeLessThanOrEqual(full.epochs / 3);
    }
  });

  test("hyperband finds it within 3 %, too, with less compute", async () => {
    const full = await sweep("none", 0);
    const found = await sweep("hyperband(eta=3, least=1)", 1);
    expect(found.best).toBeLessThanOrEqual(1.03 * full.best);
    expect(found.epochs).toBeLessThan(full.epochs);
  });

  test("tpe finds better settings of them than random search at equal budget, over 20 seeds", () => {
    const rates = [...new Set(curves.map(({ lr }) => lr))].sort((a, b) => a - b);
    const space = spaceOf({
      rate: `integer(from=0, to=${rates.length - 1})`,
      latent: "choice(of=[2, 4, 8, 16])",
      batchSize: "choice(of=[32, 128])",
      hidden: "choice(of=[32, 128])",
    });
    const valueAt = (point: Readonly<Record<string, number>>): number | undefined => {
      const told = space.fill(point);
      const found = curves.find(
        (one) =>
          one.lr === rates[told.rate as number] &&
          one.latent === told.latent &&
          one.batchSize === told.batchSize &&
          one.hidden === told.hidden,
      );
      return found && last(found);
    };
    // The mean over the budget of the best so far: how early good settings are found counts.
    const found = (name: string, seed: number): number => {
      const search = searches.from(name);
      const history: Observation[] = [];
      const best: number[] = [];
      for (let index = 0; best.length < 30; index++) {
        const point = search.propose({ space, history, index, seed });
        const value = point && valueAt(point);
        if (point === undefined || value === undefined) continue;
        history.push({ point, value });
        best.push(Math.min(value, best.at(-1) ?? Infinity));
      }
      return mean(best.slice(10));
    };
    const [tpe, random] = ["tpe", "random"].map((name) => seeds.map((seed) => found(name, seed)));
    expect(mean(tpe ?? [])).toBeLessThan(mean(random ?? []));
  });
});
