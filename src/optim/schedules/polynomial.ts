import { be, type ChecksOf, requireOptions } from "../../catalogue/index.js";
import {
  type Schedule,
  type ScheduleInfo,
  warmupCheck,
  warmupInfo,
  type WarmupOptions,
  withWarmup,
} from "./schedule.js";

/** Settings of `polynomialRate`. */
export interface PolynomialRateOptions extends WarmupOptions {
  /** Default 1: a straight line. */
  readonly power?: number;
  /** The share of the learning rate at the end; default 0. */
  readonly min?: number;
  /** Updates to the end (PyTorch's total_iters), after which it stays there; default all of the run. */
  readonly steps?: number;
}

/**
 * (1 - t/steps)^power at update t: `torch.optim.lr_scheduler.PolynomialLR`, to a share `min` rather than to 0. Throws a
 * UserError for an option out of range.
 */
export function polynomialRate(options: PolynomialRateOptions = {}): Schedule {
  requireOptions("polynomial", options, {
    power: be.number(0),
    min: be.number(0, 1),
    steps: be.whole(1),
    warmup: warmupCheck,
  } satisfies ChecksOf<PolynomialRateOptions>);
  const { power = 1, min = 0, steps, warmup = 0 } = options;
  return withWarmup({
    name: "polynomial",
    config: { power, min, warmup, ...(steps !== undefined && { steps }) },
    factorAt: (update, total) => min + (1 - min) * Math.max(0, 1 - update / (steps ?? total)) ** power,
  });
}

/** What the catalogue knows of it. */
export const polynomialInfo: ScheduleInfo = {
  name: "polynomial",
  description: "down along a power of what is left of the run; by default a line",
  options: {
    power: { type: "number", min: 0, default: 1, about: "the power" },
    min: { type: "number", min: 0, max: 1, default: 0, about: "share of the learning rate at the end" },
    steps: { type: "integer", min: 1, about: "steps to the end; default all of the run" },
    warmup: warmupInfo,
  },
  examples: ["polynomial", "polynomial(power=2, steps=15)", "polynomial(min=0.1, warmup=5)"],
  make: (options) => polynomialRate(options),
};
