import { be, type ChecksOf, requireOptions } from "../../catalogue/index.js";
import {
  type Schedule,
  type ScheduleInfo,
  warmupCheck,
  warmupInfo,
  type WarmupOptions,
  withWarmup,
} from "./schedule.js";

const anneals = ["cos", "linear"] as const;

/** Settings of `oneCycleRate`, with PyTorch's names and defaults. */
export interface OneCycleRateOptions extends WarmupOptions {
  /** Share of the run in which the learning rate rises; default 0.3. */
  readonly pctStart?: number;
  /** The learning rate over the first one; default 25. */
  readonly divFactor?: number;
  /** The first learning rate over the last one; default 1e4. */
  readonly finalDivFactor?: number;
  /** How it rises and falls; default cos. */
  readonly anneal?: (typeof anneals)[number];
  /** Fall to the first learning rate as fast as it rose, then on to the last; default false. */
  readonly threePhase?: boolean;
  /** Updates of the cycle, after which the last learning rate stays; default all of the run. */
  readonly steps?: number;
}

/** The cycle's corners: at which update the learning rate has which factor. */
function corners(
  steps: number,
  options: Required<Omit<OneCycleRateOptions, "warmup" | "steps" | "anneal">>,
): [number, number][] {
  const { pctStart, divFactor, finalDivFactor, threePhase } = options;
  const first = 1 / divFactor;
  const last = first / finalDivFactor;
  const top = pctStart * steps - 1;
  const back: [number, number][] = threePhase ? [[2 * pctStart * steps - 2, first]] : [];
  return [[0, first], [top, 1], ...back, [steps - 1, last]];
}

/**
 * One cycle (Smith and Topin, 2018): up to the learning rate and down below the first, `torch.optim.lr_scheduler.OneCycleLR`
 * with the optimiser's learning rate as its `max_lr`. The momentum stays as it is (`cycle_momentum=False`). Throws a
 * UserError for an option out of range.
 */
export function oneCycleRate(options: OneCycleRateOptions = {}): Schedule {
  requireOptions("one-cycle", options, {
    pctStart: be.number(0, 1),
    divFactor: be.positive,
    finalDivFactor: be.positive,
    anneal: be.oneOf(anneals),
    threePhase: be.boolean,
    steps: be.whole(1),
    warmup: warmupCheck,
  } satisfies ChecksOf<OneCycleRateOptions>);
  const { pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4, anneal = "cos" } = options;
  const { threePhase = false, steps, warmup = 0 } = options;
  const between = (from: number, to: number, over: number): number =>
    anneal === "cos" ? to + ((from - to) / 2) * (1 + Math.cos(Math.PI * over)) : from + (to - from) * over;
  return withWarmup({
    name: "one-cycle",
    config: {
      pctStart,
      divFactor,
      finalDivFactor,
      anneal,
      threePhase,
      warmup,
      ...(steps !== undefined && { steps }),
    },
    factorAt(update, total) {
      const all = corners(steps ?? total, { pctStart, divFactor, finalDivFactor, threePhase });
      const [end, last] = all.at(-1) as [number, number];
      if (update >= end) return last;
      const next = all.findIndex(([at], i) => i > 0 && update <= at);
      const [[from, low], [to, high]] = [all[next - 1], all[next]] as [[number, number], [number, number]];
      return between(low, high, (update - from) / (to - from));
    },
  });
}

/** What the catalogue knows of it. */
export const oneCycleInfo: ScheduleInfo = {
  name: "one-cycle",
  description: "up to the learning rate and down again, once (Smith and Topin, 2018)",
  options: {
    pctStart: { type: "number", min: 0, max: 1, default: 0.3, about: "share of the run in which it rises" },
    divFactor: { type: "number", min: 0, default: 25, about: "the learning rate over the first one" },
    finalDivFactor: {
      type: "number",
      min: 0,
      default: 1e4,
      about: "the first learning rate over the last one",
    },
    anneal: { type: "text", choices: anneals, default: "cos", about: "how it rises and falls" },
    threePhase: { type: "boolean", default: false, about: "fall as fast as it rose, then on to the last" },
    steps: { type: "integer", min: 1, about: "steps of the cycle; default all of the run" },
    warmup: warmupInfo,
  },
  examples: [
    "one-cycle",
    "one-cycle(anneal=linear, pct-start=0.25, div-factor=10, final-div-factor=100)",
    "one-cycle(three-phase=true, pct-start=0.4, steps=30)",
  ],
  make: (options) => oneCycleRate(options),
};
