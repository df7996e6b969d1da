import { describe, expect, test } from "vitest";
import { countOf, type Space, spaceOf } from "../space/space.js";
import type { Point } from "../state.js";
import { searches } from "./registry.js";
import type { Observation } from "./search.js";
import { mostDimensions, shiftOf, sobolPoint } from "./sobol.js";

const space = spaceOf({
  lr: "log-uniform(from=1e-4, to=1e-1)",
  latent: "log-integer(from=2, to=64)",
  objective: "choice(of=[elbo, beta-vae(beta=uniform(from=1, to=8))])",
});

/** What a search finds of a function at a budget: its least value. */
function search(
  name: string,
  over: Space,
  value: (point: Point) => number,
  budget: number,
  seed: number,
): number {
  const made = searches.from(name);
  const history: Observation[] = [];
  for (let index = 0; index < budget; index++) {
    const point = made.propose({ space: over, history, index, seed });
    if (point === undefined) break;
    history.push({ point, value: value(point) });
  }
  return Math.min(...history.map((one) => one.value ?? Infinity));
}

describe.each(searches.examples().map(({ text }) => text))("%s", (text) => {
  const made = searches.from(text);
  const history = (n: number): Observation[] => {
    const seen: Observation[] = [];
    for (let index = 0; index < n; index++) {
      const point = made.propose({ space, history: seen, index, seed: 3 });
      if (point !== undefined) seen.push({ point, value: Math.sin(7 * index) });
    }
    return seen;
  };

  test("proposes the same points for the same history and seed, all of them in the space", () => {
    const points = history(25);
    expect(points).toEqual(history(25));
    for (const { point } of points) {
      const { lr, latent, objective } = point;
      expect(lr).toBeGreaterThanOrEqual(1e-4);
      expect(lr).toBeLessThanOrEqual(1e-1);
      expect(Number.isInteger(latent)).toBe(true);
      expect("objective.beta-vae.beta" in point).toBe(objective === 1);
    }
  });

  test("goes on while some values are not known or not finite", () => {
    const seen = history(20).map((one, i) => ({ ...one, value: [undefined, Infinity, 1][i % 3] }));
    expect(made.propose({ space, history: seen, index: 20, seed: 1 })).toBeDefined();
    const none = seen.map((one) => ({ ...one, value: Infinity }));
    expect(made.propose({ space, history: none, index: 20, seed: 1 })).toBeDefined();
  });
});

test("grid: all values with each other, each once, choices with their own settings", () => {
  const grid = searches.from("grid(points=3)");
  const points: Point[] = [];
  for (let index = 0; ; index++) {
    const point = grid.propose({ space, history: [], index, seed: 0 });
    if (point === undefined) break;
    points.push(point);
  }
  expect(points.length).toBe(3 * 3 * (1 + 3));
  expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(points.length);
  expect(grid.count?.(space)).toBe(points.length);
  const finite = spaceOf({ latent: "integer(from=1, to=4)", hidden: "choice(of=[a, b])" });
  expect(grid.count?.(finite)).toBe(countOf(finite));
});

describe("sobol", () => {
  test("the first points are those of Joe and Kuo's own program", () => {
    // scipy.stats.qmc.Sobol(d, scramble=False), which uses the same direction numbers
    const first = [
      [0, 0, 0, 0, 0],
      [0.5, 0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25, 0.75],
      [0.25, 0.75, 0.75, 0.75, 0.25],
      [0.375, 0.375, 0.625, 0.875, 0.375],
      [0.875, 0.875, 0.125, 0.375, 0.875],
      [0.625, 0.125, 0.875, 0.625, 0.625],
      [0.125, 0.625, 0.375, 0.125, 0.125],
    ];
    expect(first.map((_, i) => sobolPoint(i, 5))).toEqual(first);
    const some = (index: number): (number | undefined)[] => {
      const point = sobolPoint(index, mostDimensions);
      return [0, 1, 2, 7, 20, 40, 63].map((i) => point[i]);
    };
    expect(some(33)).toEqual([0.546875, 0.765625, 0.203125, 0.171875, 0.828125, 0.953125, 0.953125]);
    expect(some(63)).toEqual([0.015625, 0.796875, 0.359375, 0.140625, 0.234375, 0.671875, 0.734375]);
    expect(some(17)).toEqual([0.59375, 0.96875, 0.96875, 0.34375, 0.21875, 0.90625, 0.59375]);
  });

  test("a shift leaves every dyadic interval with its share of points", () => {
    const shift = shiftOf(5, 8);
    const points = Array.from({ length: 64 }, (_, i) => sobolPoint(i, 8, shift));
    for (let dimension = 0; dimension < 8; dimension++) {
      const cells = new Set(points.map((point) => Math.floor((point[dimension] ?? 0) * 64)));
      expect(cells.size).toBe(64);
    }
    expect(points[0]).not.toEqual(sobolPoint(0, 8));
  });

  test("takes no more dimensions than there are numbers for", () => {
    const run = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`a${i}`, "uniform(from=0, to=1)"]));
    expect(() =>
      searches.from("sobol").propose({ space: spaceOf(run), history: [], index: 0, seed: 0 }),
    ).toThrow("sobol takes up to 64 ranges, got 65");
  });
});

/** Branin's function on its usual domain; least 0.397887. */
const branin = ({ x = 0, y = 0 }: Point): number =>
  (y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6) ** 2 +
  10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
  10;
const braninSpace = spaceOf({ x: "uniform(from=-5, to=10)", y: "uniform(from=0, to=15)" });

/** Hartmann's function of six variables; least -3.32237. */
const hartmann = (point: Point): number => {
  const a = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ];
  const p = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
  ];
  return -[1, 1.2, 3, 3.2].reduce((sum, alpha, i) => {
    const inner = (a[i] ?? []).reduce(
      (all, weight, j) => all + weight * ((point[`x${j}`] ?? 0) - (p[i]?.[j] ?? 0) / 1e4) ** 2,
      0,
    );
    return sum + alpha * Math.exp(-inner);
  }, 0);
};
const hartmannSpace = spaceOf(
  Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`x${i}`, "uniform(from=0, to=1)"])),
);

/** A mixed space such as a run's: a rate by its logarithm, a whole number, a choice with a setting of its own. */
const mixed = (point: Point): number => {
  const { lr = 1, latent = 2, objective = 0 } = point;
  const beta = point["objective.beta-vae.beta"] ?? 4;
  return (
    (Math.log10(lr) + 2.5) ** 2 +
    Math.abs(Math.log2(latent) - 4) / 2 +
    (objective === 0 ? 1 : 0.2 * Math.abs(beta - 2.5))
  );
};

describe.each([
  ["Branin", braninSpace, branin, 50],
  ["Hartmann 6", hartmannSpace, hartmann, 80],
  ["a mixed space", space, mixed, 50],
] as const)("tpe on %s", (_, over, value, budget) => {
  test("finds better points than random search at equal budget, over 20 seeds", () => {
    const seeds = Array.from({ length: 20 }, (__, seed) => seed);
    const [tpe, random] = ["tpe", "random"].map((name) =>
      seeds.map((seed) => search(name, over, value, budget, seed)),
    );
    const mean = (values: readonly number[] = []): number =>
      values.reduce((a, b) => a + b, 0) / values.length;
    const wins = (tpe ?? []).filter((best, i) => best < (random?.[i] ?? 0)).length;
    expect(mean(tpe)).toBeLessThan(mean(random));
    // By luck alone, 15 of 20 or more come about with a probability of 2 %.
    expect(wins).toBeGreaterThanOrEqual(15);
  });
});
