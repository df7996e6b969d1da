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

const thresholdModes = ["rel", "abs"] as const;

/** Settings of `reduceOnPlateau`, with PyTorch's names and defaults. */
export interface PlateauOptions extends WarmupOptions {
  /** What the learning rate is multiplied by, below 1; default 0.1. */
  readonly factor?: number;
  /** Epochs without a better value that are borne; default 10. */
  readonly patience?: number;
  /** By how much a value must be better; default 1e-4. */
  readonly threshold?: number;
  /** Whether that is a share of the best value or a difference from it; default rel. */
  readonly thresholdMode?: (typeof thresholdModes)[number];
  /** Epochs after a reduction in which none is counted; default 0. */
  readonly cooldown?: number;
  /** The least share of the learning rate (PyTorch's min_lr over the learning rate); default 0. */
  readonly min?: number;
  /** A reduction of the learning rate by less than this is left undone; default 1e-8. */
  readonly eps?: number;
}

/**
 * Lower when the monitored measure, the objective's loss on held-out data, has got no better for some epochs:
 * `torch.optim.lr_scheduler.ReduceLROnPlateau`. Its state is part of the checkpoint. Throws a UserError for an option out of
 * range.
 */
export function reduceOnPlateau(options: PlateauOptions = {}): Schedule {
  requireOptions("reduce-on-plateau", options, {
    factor: be.positive,
    patience: be.whole(0),
    threshold: be.number(0),
    thresholdMode: be.oneOf(thresholdModes),
    cooldown: be.whole(0),
    min: be.number(0, 1),
    eps: be.number(0),
    warmup: warmupCheck,
  } satisfies ChecksOf<PlateauOptions>);
  const { factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = "rel" } = options;
  const { cooldown = 0, min = 0, eps = 1e-8, warmup = 0 } = options;
  requireThat(factor < 1, `reduce-on-plateau: factor must be below 1, got ${factor}`);
  const isBetter = (value: number, best: number): boolean =>
    value < (thresholdMode === "rel" ? best * (1 - threshold) : best - threshold);
  return withWarmup({
    name: "reduce-on-plateau",
    config: { factor, patience, threshold, thresholdMode, cooldown, min, eps, warmup },
    factorAt: (_update, _total, watched) => watched?.factor ?? 1,
    watch(watched, measure, lr) {
      if (watched === undefined) return { factor: 1, best: measure, bad: 0, cooldown: 0 };
      const better = isBetter(measure, watched.best);
      const best = better ? measure : watched.best;
      const cooling = watched.cooldown > 0;
      const bad = better || cooling ? 0 : watched.bad + 1;
      const left = cooling ? watched.cooldown - 1 : 0;
      if (bad <= patience) return { factor: watched.factor, best, bad, cooldown: left };
      const lower = Math.max(watched.factor * factor, min);
      const reduced = lr * (watched.factor - lower) > eps ? lower : watched.factor;
      return { factor: reduced, best, bad: 0, cooldown };
    },
  });
}

/** What the catalogue knows of it. */
export const reduceOnPlateauInfo: ScheduleInfo = {
  name: "reduce-on-plateau",
  description: "lower when the monitored measure has got no better for some epochs",
  options: {
    factor: {
      type: "number",
      min: 0,
      max: 1,
      default: 0.1,
      about: "what the learning rate is multiplied by",
    },
    patience: { type: "integer", min: 0, default: 10, about: "epochs without a better value that are borne" },
    threshold: { type: "number", min: 0, default: 1e-4, about: "by how much a value must be better" },
    thresholdMode: {
      type: "text",
      choices: thresholdModes,
      default: "rel",
      about: "whether that is a share of the best value or a difference from it",
    },
    cooldown: {
      type: "integer",
      min: 0,
      default: 0,
      about: "epochs after a reduction in which none is counted",
    },
    min: { type: "number", min: 0, max: 1, default: 0, about: "least share of the learning rate" },
    eps: { type: "number", min: 0, default: 1e-8, about: "a reduction by less than this is left undone" },
    warmup: warmupInfo,
  },
  examples: [
    "reduce-on-plateau",
    "reduce-on-plateau(factor=0.5, patience=1, cooldown=2, threshold=0.01)",
    "reduce-on-plateau(patience=0, threshold-mode=abs, threshold=0.1, min=0.01)",
  ],
  make: (options) => reduceOnPlateau(options),
};
