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

/** Settings of `exponentialRate`, with PyTorch's names. */
export interface ExponentialRateOptions extends WarmupOptions {
  /** What the learning rate is multiplied by at each update, such as 0.9999. */
  readonly gamma: number;
}

/** A constant share less at each step: `torch.optim.lr_scheduler.ExponentialLR`. Throws a UserError for an option out of range. */
export function exponentialRate(options: ExponentialRateOptions): Schedule {
  requireOptions("exponential", options, {
    gamma: be.positive,
    warmup: warmupCheck,
  } satisfies ChecksOf<ExponentialRateOptions>);
  const { gamma, warmup = 0 } = options;
  requireThat(
    gamma !== undefined,
    "exponential needs gamma, the factor of each step, such as exponential(gamma=0.9999)",
  );
  return withWarmup({
    name: "exponential",
    config: { gamma, warmup },
    factorAt: (update) => gamma ** update,
  });
}

/** What the catalogue knows of it. */
export const exponentialInfo: ScheduleInfo = {
  name: "exponential",
  description: "a constant share less at each step",
  options: {
    gamma: {
      type: "number",
      min: 0,
      about: "what the learning rate is multiplied by at each step, such as 0.9999",
    },
    warmup: warmupInfo,
  },
  examples: ["exponential(gamma=0.95)", "exponential(gamma=0.99, warmup=5)"],
  make: (options) => exponentialRate(options as unknown as ExponentialRateOptions),
};
