import { describe, expect, it } from "vitest";
import { ChainRun, type Numbers } from "../../testing/chain.js";
import { worstError } from "../../testing/evaluate.js";
import { torchSteps } from "../../testing/optimisers.js";
import { filledWith, type ParameterSpecs } from "../../nn/index.js";
import {
  adamw,
  chainOf,
  constantRate,
  ScheduledPace,
  schedules,
  sgd,
  type UpdateRule,
  updateReports,
} from "../index.js";

const init = filledWith(0);
/** Two arrays of 4 and 2 numbers, which lie together. */
const specs: ParameterSpecs = {
  "encoder.0.weight": { shape: [2, 2], init },
  "decoder.0.bias": { shape: [2], init },
};
const split = (numbers: readonly number[]): Numbers => ({
  "encoder.0.weight": numbers.slice(0, 4),
  "decoder.0.bias": numbers.slice(4),
});
const joined = (numbers: Numbers, nameOf = (name: string): string => name): number[] =>
  Object.keys(specs).flatMap((name) => [...(numbers[nameOf(name)] ?? [])]);
const { start, gradients } = torchSteps;
const run = (rule: Partial<UpdateRule>): ChainRun =>
  new ChainRun({ optimizer: sgd({ lr: 0.1 }), ...rule }, specs, split(start));
const nth = (i: number): Numbers => split(gradients[i] ?? []);
const bad = (i: number, value: number): Numbers =>
  split((gradients[i] ?? []).map((g, k) => (k === 3 ? value : g)));

describe("clipping", () => {
  it("by norm is PyTorch's, and reports the norm of all gradients before it", async () => {
    const { maxNorm, steps } = torchSteps.clipNorm;
    const chain = run({ clipNorm: maxNorm });
    let before = start;
    for (const [k, { norm, gradient }] of steps.entries()) {
      const after = await chain.next(nth(k));
      expect(worstError(after[updateReports.norm] ?? [], [norm]).error).toBeLessThan(1e-14);
      const expected = before.map((value, i) => value - 0.1 * (gradient[i] ?? 0));
      expect(worstError(joined(after), expected).error).toBeLessThan(1e-14);
      before = joined(after);
    }
  });

  it("by value comes before clipping by norm", async () => {
    const after = await run({ clipValue: 0.5, clipNorm: 1 }).next(nth(0));
    const limited = (gradients[0] ?? []).map((g) => Math.max(-0.5, Math.min(0.5, g)));
    const norm = Math.hypot(...limited);
    expect(worstError(after[updateReports.norm] ?? [], [norm]).error).toBeLessThan(1e-15);
    const share = Math.min(1, 1 / (norm + 1e-6));
    const expected = start.map((value, i) => value - 0.1 * share * (limited[i] ?? 0));
    expect(worstError(joined(after), expected).error).toBeLessThan(1e-14);
  });
});

it("the average follows the weights as PyTorch's AveragedModel does", async () => {
  const { decay, lr, parameters } = torchSteps.ema;
  const chain = run({ optimizer: sgd({ lr }), ema: decay });
  for (const [k, expected] of parameters.entries()) {
    const after = await chain.next(nth(k));
    expect(
      worstError(
        joined(after, (name) => `ema:${name}`),
        expected,
      ).error,
    ).toBeLessThan(1e-14);
  }
});

describe("a step whose gradients are not finite", () => {
  const rule = { optimizer: adamw({ lr: 0.1 }), skipNonFinite: 5, ema: 0.5 };
  it.each([Number.NaN, Infinity, -Infinity])(
    "with %d leaves everything as it is, and is told of",
    async (value) => {
      for (const more of [{}, { clipNorm: 1 }, { clipValue: 0.1 }]) {
        const chain = run({ ...rule, ...more });
        const first = await chain.next(nth(0));
        const second = await chain.next(bad(1, value));
        const told = updateReports.skipped;
        expect([first[told], second[told]]).toEqual([[0], [1]]);
        for (const [name, numbers] of Object.entries(first)) {
          if (!name.startsWith("update:")) expect([name, second[name]]).toEqual([name, numbers]);
        }
        const third = await chain.next(nth(2));
        expect(third[told]).toEqual([0]);
        expect(joined(third).every((x, i) => Number.isFinite(x) && x !== joined(first)[i])).toBe(true);
      }
    },
  );

  it("by a norm that overflows too", async () => {
    const after = await run({ ...rule, clipNorm: 1 }).next(bad(0, 1e200));
    expect(after[updateReports.skipped]).toEqual([1]);
    expect(joined(after)).toEqual(start);
  });

  it("spoils the update that it is gathered for, and no other", async () => {
    const pace = new ScheduledPace({
      ...{ schedule: constantRate(), lr: 0.1, epochs: 1 },
      ...{ accumulate: 2, examples: 60, batch: 10 },
    });
    const chain = new ChainRun(
      { optimizer: sgd({ lr: 0.1 }), accumulate: 2, skipNonFinite: 9 },
      specs,
      split(start),
      pace,
    );
    const seen: Numbers[] = [];
    for (const step of [nth(0), bad(1, Number.NaN), nth(2), nth(3)]) seen.push(await chain.next(step));
    expect(seen.map((told) => told[updateReports.skipped])).toEqual([[0], [1], [0], [0]]);
    expect(seen.map((told) => told[updateReports.unsound])).toEqual([[0], [1], [0], [0]]);
    expect(joined(seen[2] as Numbers)).toEqual(start);
    const mean = start.map((_, i) => ((gradients[2]?.[i] ?? 0) + (gradients[3]?.[i] ?? 0)) / 2);
    const expected = start.map((value, i) => value - 0.1 * (mean[i] ?? 0));
    expect(worstError(joined(seen[3] as Numbers), expected).error).toBeLessThan(1e-15);
  });
});

it("gathered gradients are those of the examples together, however many each step has", async () => {
  // 25 examples an epoch in batches of 10: updates of 20 and of 5, then again.
  const pace = new ScheduledPace({
    ...{ schedule: schedules.from("step(step-size=1, gamma=0.5)"), lr: 0.1, epochs: 2 },
    ...{ accumulate: 2, examples: 25, batch: 10 },
  });
  expect([0, 1, 2, 3, 4, 5].map((step) => pace.updateAt(step))).toEqual([1, 1, 2, 3, 3, 4]);
  expect([0, 1, 2, 3, 4, 5].map((step) => pace.shareAt(step))).toEqual([0.5, 0.5, 1, 0.5, 0.5, 1]);
  const chain = new ChainRun({ optimizer: sgd({ lr: 0.1 }), accumulate: 2 }, specs, split(start), pace);
  let value = start;
  for (const [k, [group, rate]] of [
    [[0, 1], 0.1],
    [[2], 0.05],
    [[3, 4], 0.025],
  ].entries() as IterableIterator<[number, [number[], number]]>) {
    const before = value;
    for (const [j, step] of group.entries()) {
      value = joined(await chain.next(nth(step)));
      if (j < group.length - 1) expect(value).toEqual(before);
    }
    const expected = before.map(
      (x, i) => x - rate * group.reduce((sum, step) => sum + (gradients[step]?.[i] ?? 0) / group.length, 0),
    );
    expect(worstError(value, expected).error, `update ${k}`).toBeLessThan(1e-15);
  }
});

describe("learning rates of parts", () => {
  it("scale their steps, weight decay included, also where parts lie in one array", async () => {
    const lr = 0.1;
    const rule = { optimizer: adamw({ lr, weightDecay: 0.3, decay: "all" }), lrEncoder: 0.02, lrDecoder: 0 };
    const own = new ChainRun(
      { optimizer: adamw({ lr: 0.02, weightDecay: 0.3, decay: "all" }) },
      specs,
      split(start),
    );
    const chain = run(rule);
    for (let k = 0; k < 5; k++) {
      const [parts, slow] = [await chain.next(nth(k)), await own.next(nth(k))];
      expect(parts["decoder.0.bias"]).toEqual(start.slice(4));
      const [found, expected] = [parts, slow].map((numbers) => numbers["encoder.0.weight"] ?? []);
      expect(worstError(found ?? [], expected ?? []).error).toBeLessThan(1e-14);
    }
  });

  it("need an optimiser that has one", () => {
    const optimizer = { ...sgd(), config: {} };
    expect(() => run({ optimizer, lrEncoder: 0.1 })).toThrow(/sgd has no learning rate; leave `lrEncoder`/);
  });
});

it("weight decay leaves out what lies together with weights but is none", async () => {
  const optimizers = [adamw({ lr: 0.1, weightDecay: 0 }), adamw({ lr: 0.1, weightDecay: 0.5 })];
  const [plain, decayed] = await Promise.all(optimizers.map((optimizer) => run({ optimizer }).next(nth(0))));
  expect(decayed?.["decoder.0.bias"]).toEqual(plain?.["decoder.0.bias"]);
  const expected = (plain?.["encoder.0.weight"] ?? []).map((x, i) => x - 0.1 * 0.5 * (start[i] ?? 0));
  expect(worstError(decayed?.["encoder.0.weight"] ?? [], expected).error).toBeLessThan(1e-15);
});

it("is nothing where nothing is trained", () => {
  const chain = chainOf(
    { optimizer: sgd(), clipNorm: 1 },
    {
      specs: {},
      parameters: {},
      gradients: {},
      scheduled: () => {
        throw new Error("not needed");
      },
    },
  );
  expect(chain).toEqual({ state: [], outputs: {} });
});
