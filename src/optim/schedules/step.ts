import { be, type ChecksOf, requireOptions } from "../../catalogue/index.js";
import { requireThat } from "../options.js";
import {
  type Schedule,
  type ScheduleInfo,
  warmupCheck,
  warmupInfo,
  type WarmupOptions,
  withWarmup,
} from "./schedule.js";

/** Settings of `stepRate`, with PyTorch's names. */
export interface StepRateOptions extends WarmupOptions {
  /** Updates from one drop to the next. */
  readonly stepSize: number;
  /** What the learning rate is multiplied by at each; default 0.1. */
  readonly gamma?: number;
}

/** Drops at equal distances: `torch.optim.lr_scheduler.StepLR`. Throws a UserError for an option out of range. */
export function stepRate(options: StepRateOptions): Schedule {
  requireOptions("step", options, {
    stepSize: be.whole(1),
    gamma: be.positive,
    warmup: warmupCheck,
  } satisfies ChecksOf<StepRateOptions>);
  const { stepSize, gamma = 0.1, warmup = 0 } = options;
  requireThat(
    stepSize !== undefined,
    "step needs step-size, the steps between drops, such as step(step-size=2000)",
  );
  return withWarmup({
    name: "step",
    config: { stepSize, gamma, warmup },
    factorAt: (update) => gamma ** Math.floor(update / stepSize),
  });
}

/** What the catalogue knows of it. */
export const stepInfo: ScheduleInfo = {
  name: "step",
  description: "drops at equal distances",
  options: {
    stepSize: { type: "integer", min: 1, about: "steps from one drop to the next" },
    gamma: { type: "number", min: 0, default: 0.1, about: "what the learning rate is multiplied by at each" },
    warmup: warmupInfo,
  },
  examples: ["step(step-size=7)", "step(step-size=4, gamma=0.5, warmup=5)"],
  make: (options) => stepRate(options as unknown as StepRateOptions),
};
