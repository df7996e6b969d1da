import { expect, test } from "vitest";
import type { Axis, Trial } from "../../../lib/sources/sweeps";
import { numberText, placeIn, placeOf, rangeOf, ticksOf, valueAt, valueText } from "./scales";
import { filtersOf, filtersText, narrowed, passes, ranked, runningBest, shareUsed } from "./trials";

const lr: Axis = { name: "lr", path: "lr", scale: "log", whole: false, from: 1e-4, to: 1e-2, options: [] };
const z: Axis = { name: "z", path: "latent", scale: "linear", whole: true, from: 2, to: 32, options: [] };
const act: Axis = {
  ...z,
  name: "act",
  path: "act",
  scale: "options",
  from: 0,
  to: 2,
  options: ["a", "b", "c"],
};

const trial = (number: number, value: number | null, state: Trial["state"] = "complete"): Trial => ({
  ...{ trial: number, state, reason: "", epochs: 1, value, spread: null, seconds: 1, runs: [] },
  point: { lr: 10 ** -(2 + (number % 3)), latent: 2 + number, act: number % 3 },
});

test("an axis has its own scale, there and back", () => {
  expect(placeOf(lr, 1e-3)).toBeCloseTo(0.5, 12);
  expect(valueAt(lr, 0.5)).toBeCloseTo(1e-3, 12);
  expect(placeOf(z, 17)).toBe(0.5);
  expect(valueAt(z, 0.51)).toBe(17);
  expect([0, 1, 2].map((value) => placeOf(act, value))).toEqual([1 / 6, 0.5, 5 / 6]);
});

test("ticks are round numbers, powers of ten where the scale is logarithmic, and all options", () => {
  expect(ticksOf(lr).map(({ text }) => text)).toEqual(["1e-4", "0.001", "0.01"]);
  expect(ticksOf({ ...lr, from: 2, to: 24, whole: true }).map(({ text }) => text)).toEqual([
    "2",
    "5",
    "10",
    "20",
  ]);
  expect(ticksOf(z).map(({ text }) => text)).toEqual(["5", "10", "15", "20", "25", "30"]);
  expect(ticksOf(act).map(({ text }) => text)).toEqual(["a", "b", "c"]);
  expect(numberText(0.00012345)).toBe("1.23e-4");
  expect(valueText(act, undefined)).toBe("–");
});

test("a run that went wrong does not press the others together", () => {
  const values = [...Array.from({ length: 9 }, (_, i) => 100 + i), 1e6];
  const range = rangeOf(values, 1);
  expect(range).toEqual({ low: 100, high: 118, cut: true });
  expect(placeIn(range, 1e6)).toBe(1);
  expect(rangeOf([0.5, 0.9], -1)).toEqual({ low: 0.5, high: 0.9, cut: false });
  expect(rangeOf([3, 3], 1)).toMatchObject({ low: 2.97, high: 3.03 });
});

test("the best come first, of those that came to their end; what is out of the running has no rank", () => {
  const trials = [
    trial(0, 5),
    trial(1, 3),
    trial(2, 1, "stopped"),
    trial(3, 0, "pruned"),
    trial(4, null, "running"),
  ];
  expect(ranked(trials, "minimize").map(({ trial: { trial: n }, rank }) => [n, rank])).toEqual([
    [1, 0.5],
    [0, 1],
    [2, 0],
  ]);
  expect(ranked(trials, "maximize").map(({ trial: { trial: n } }) => n)).toEqual([0, 1, 2]);
  expect(runningBest(trials, "minimize")).toEqual([
    { trial: 0, value: 5 },
    { trial: 1, value: 3 },
  ]);
});

test("filters let through what all of them do, and survive the address", () => {
  const filters = new Map([
    ["lr", { kind: "between", from: 5e-4, to: 0.01 }],
    ["act", { kind: "options", places: [0, 1] }],
    ["*", { kind: "between", from: -Infinity, to: 3.5 }],
  ] as const);
  expect(filtersOf(filtersText(filters))).toEqual(filters);
  expect([...filtersOf("x=;=1..2;y=a..b;lr=1..2")].map(([path]) => path)).toEqual(["lr"]);
  expect([trial(0, 3), trial(1, 9), trial(2, 3), trial(3, 3)].map((one) => passes(one, filters))).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(narrowed(z, { kind: "between", from: 2, to: 32 })).toBeUndefined();
  expect(narrowed(z, { kind: "between", from: 2, to: 30 })).toEqual({
    kind: "between",
    from: -Infinity,
    to: 30,
  });
  expect(narrowed(act, { kind: "options", places: [0, 1, 2] })).toBeUndefined();
});

test("what is used of a budget is the greatest of its shares", () => {
  const used = { trials: 10, seconds: 30, epochs: 50 };
  expect(shareUsed(used, 2, { trials: 16, seconds: 120 })).toBe(0.5);
  expect(shareUsed(used, 0, { trials: null })).toBeUndefined();
});
