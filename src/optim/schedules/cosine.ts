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

/** Settings of `cosineRate`. */
export interface CosineRateOptions extends WarmupOptions {
  /** The share of the learning rate at the end (PyTorch's eta_min over the learning rate); default 0. */
  readonly min?: number;
  /** Updates to the end (PyTorch's T_max), after which it stays there; default all of the run. */
  readonly steps?: number;
  /** Updates to the first restart (PyTorch's T_0); default no restarts. */
  readonly restart?: number;
  /** How many times as long each round is as the one before (PyTorch's T_mult); default 1. */
  readonly growth?: number;
}

/** The share of its round that is over, where a round begins anew after `restart` updates, the next after `growth` times as many. */
function inRound(update: number, restart: number, growth: number): number {
  if (growth === 1) return (update % restart) / restart;
  let [start, length] = [0, restart];
  while (update >= start + length) [start, length] = [start + length, length * growth];
  return (update - start) / length;
}

/**
 * Half a cosine from the learning rate down (Loshchilov and Hutter, 2017): PyTorch's `CosineAnnealingLR` or, with `restart`,
 * `CosineAnnealingWarmRestarts`. Throws a UserError for an option out of range.
 */
export function cosineRate(options: CosineRateOptions = {}): Schedule {
  requireOptions("cosine", options, {
    min: be.number(0, 1),
    steps: be.whole(1),
    restart: be.whole(1),
    growth: be.whole(1),
    warmup: warmupCheck,
  } satisfies ChecksOf<CosineRateOptions>);
  const { min = 0, steps, restart, growth, warmup = 0 } = options;
  requireThat(
    growth === undefined || restart !== undefined,
    "cosine: growth is that of its rounds; give restart, the steps of the first, too",
  );
  requireThat(
    steps === undefined || restart === undefined,
    "cosine: with restart it has no end; leave steps out",
  );
  return withWarmup({
    name: "cosine",
    config: {
      min,
      warmup,
      ...(steps !== undefined && { steps }),
      ...(restart !== undefined && { restart, growth: growth ?? 1 }),
    },
    factorAt(update, total) {
      const over =
        restart === undefined
          ? Math.min(1, update / (steps ?? total))
          : inRound(update, restart, growth ?? 1);
      return min + ((1 - min) * (1 + Math.cos(Math.PI * over))) / 2;
    },
  });
}

/** What the catalogue knows of it. */
export const cosineInfo: ScheduleInfo = {
  name: "cosine",
  description: "half a cosine down, with restarts if asked for (Loshchilov and Hutter, 2017)",
  options: {
    min: { type: "number", min: 0, max: 1, default: 0, about: "share of the learning rate at the end" },
    steps: { type: "integer", min: 1, about: "steps to the end; default all of the run" },
    restart: { type: "integer", min: 1, about: "steps to the first restart; default none" },
    growth: { type: "integer", min: 1, about: "how many times as long each round is; default 1" },
    warmup: warmupInfo,
  },
  examples: [
    "cosine",
    "cosine(warmup=5)",
    "cosine(min=0.1, steps=20)",
    "cosine(restart=7, min=0.05)",
    "cosine(restart=3, growth=2, warmup=5)",
  ],
  make: (options) => cosineRate(options),
};
