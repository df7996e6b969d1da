import { type ChecksOf, requireOptions } from "../../catalogue/index.js";
import {
  type Schedule,
  type ScheduleInfo,
  warmupCheck,
  warmupInfo,
  type WarmupOptions,
  withWarmup,
} from "./schedule.js";

/** The optimiser's learning rate throughout, after a warm-up if asked for. Throws a UserError for an option out of range. */
export function constantRate(options: WarmupOptions = {}): Schedule {
  requireOptions("constant", options, { warmup: warmupCheck } satisfies ChecksOf<WarmupOptions>);
  const { warmup = 0 } = options;
  return withWarmup({ name: "constant", config: { warmup }, factorAt: () => 1 });
}

/** What the catalogue knows of it. */
export const constantInfo: ScheduleInfo = {
  name: "constant",
  description: "the same learning rate throughout",
  options: { warmup: warmupInfo },
  examples: ["constant", "constant(warmup=5)"],
  make: (options) => constantRate(options),
};
