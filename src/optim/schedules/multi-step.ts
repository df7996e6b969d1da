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

/** Settings of `multiStepRate`, with PyTorch's names. */
export interface MultiStepRateOptions extends WarmupOptions {
  /** Updates at which the learning rate drops. */
  readonly milestones: readonly number[];
  /** What the learning rate is multiplied by at each; default 0.1. */
  readonly gamma?: number;
}

/** Drops at given steps: `torch.optim.lr_scheduler.MultiStepLR`. Throws a UserError for an option out of range. */
export function multiStepRate(options: MultiStepRateOptions): Schedule {
  requireOptions("multi-step", options, {
    milestones: be.list(be.whole(0), 1, "[1000, 5000]"),
    gamma: be.positive,
    warmup: warmupCheck,
  } satisfies ChecksOf<MultiStepRateOptions>);
  const { milestones, gamma = 0.1, warmup = 0 } = options;
  requireThat(
    milestones !== undefined,
    "multi-step needs milestones, the steps of its drops, such as multi-step(milestones=[1000, 5000])",
  );
  return withWarmup({
    name: "multi-step",
    config: { milestones, gamma, warmup },
    factorAt: (update) => gamma ** milestones.filter((milestone) => milestone <= update).length,
  });
}

/** What the catalogue knows of it. */
export const multiStepInfo: ScheduleInfo = {
  name: "multi-step",
  description: "drops at given steps",
  options: {
    milestones: { type: "numbers", about: "the steps at which the learning rate drops" },
    gamma: { type: "number", min: 0, default: 0.1, about: "what it is multiplied by at each" },
    warmup: warmupInfo,
  },
  examples: ["multi-step(milestones=[5, 12, 12, 30])", "multi-step(milestones=[3, 20], gamma=0.5, warmup=5)"],
  make: (options) => multiStepRate(options as unknown as MultiStepRateOptions),
};
