import { describe, expect, it } from "vitest";
import { golden, worstError } from "../../testing/evaluate.js";
import { parseSpec } from "../../catalogue/index.js";
import { schedules, type Watched } from "./index.js";

/** Learning rates of PyTorch's schedulers; made by goldens/generate/schedules.py. */
interface TorchRates {
  readonly lr: number;
  readonly total: number;
  readonly cases: readonly { readonly schedule: string; readonly rates: readonly number[] }[];
  readonly measures: readonly number[];
  readonly plateaus: readonly { readonly schedule: string; readonly rates: readonly number[] }[];
}

const { lr, total, cases, measures, plateaus } = golden("schedules.json") as TorchRates;

// PyTorch's rates are those of steps before times a factor: their roundings add up. Of those near 0 the absolute error
// counts.
const tolerance = 1e-12;

describe("learning rates are PyTorch's", () => {
  it.each(cases)("$schedule", ({ schedule, rates }) => {
    const found = rates.map((_, update) => lr * schedules.from(schedule).factorAt(update, total));
    expect(worstError(found, rates, lr).error).toBeLessThan(tolerance);
  });

  it.each(plateaus)("$schedule", ({ schedule, rates }) => {
    let watched: Watched | undefined;
    const found = measures.map((measure) => {
      const made = schedules.from(schedule); // anew each time, as in resumed runs
      watched = made.watch?.(watched && (JSON.parse(JSON.stringify(watched)) as Watched), measure, lr);
      return lr * made.factorAt(0, total, watched);
    });
    expect(worstError(found, rates, 1e-12).error).toBeLessThan(tolerance);
  });

  it("for every schedule", () => {
    const seen = new Set([...cases, ...plateaus].map(({ schedule }) => parseSpec(schedule).name));
    expect([...seen].sort()).toEqual(schedules.names);
  });
});

it.each(schedules.examples().map(({ text }) => text))(
  "%s is made again of its config, and stays finite",
  (text) => {
    const made = schedules.from(text);
    const { name, config } = made;
    const again = schedules.from({ name, config: JSON.parse(JSON.stringify(config)) as typeof config });
    expect(again.config).toEqual(config);
    for (const steps of [1, 2, 3, 17, 100]) {
      for (let update = 0; update < 120; update++) {
        const factor = made.factorAt(update, steps);
        expect(factor).toBe(again.factorAt(update, steps));
        expect(factor >= 0 && factor <= 1, `${update} of ${steps}: ${factor}`).toBe(true);
      }
    }
  },
);

it("a warm-up rises in equal steps to the schedule's first factor, which then begins", () => {
  const [plain, warm] = ["one-cycle(steps=30)", "one-cycle(steps=30, warmup=4)"].map((text) =>
    schedules.from(text),
  );
  const at = (update: number): number => warm?.factorAt(update, 34) ?? Number.NaN;
  [0.01, 0.02, 0.03, 0.04].forEach((factor, i) => expect(at(i)).toBeCloseTo(factor, 15));
  expect(at(4)).toBe(plain?.factorAt(0, 30));
  expect(at(20)).toBe(plain?.factorAt(16, 30));
});

it("those with an end of their own stay there", () => {
  const ends = ["cosine(steps=10, min=0.2)", "polynomial(steps=10, min=0.2)"].map((text) =>
    schedules.from(text),
  );
  expect(ends.map((schedule) => schedule.factorAt(25, 40))).toEqual([0.2, 0.2]);
});

it.each([
  ["cosin", /unknown schedule "cosin"; did you mean "cosine"/],
  ["cosine(warm-up=5)", /cosine has no option "warmUp"; did you mean "warmup"/],
  ["cosine(warmup=-1)", /warmup must be a whole number from 0/],
  ["cosine(growth=2)", /give restart/],
  ["cosine(steps=10, restart=2)", /leave steps out/],
  ["step", /step needs step-size/],
  ["multi-step", /multi-step needs milestones/],
  ["multi-step(milestones=[0.5])", /milestones must be a list/],
  ["exponential", /exponential needs gamma/],
  ["reduce-on-plateau(factor=1)", /factor must be below 1/],
])("%s is refused with what is meant", (text, message) => {
  expect(() => schedules.from(text)).toThrow(message);
});
