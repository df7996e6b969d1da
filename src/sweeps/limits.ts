import { be, type ChecksOf, requireOptions } from "../catalogue/index.js";
import { checkField, runFields } from "../runs/index.js";
import { requireMetric } from "./metric.js";
import type { Budget } from "./state.js";
import type { RunLimits } from "./trial.js";

/** The least and the greatest that a metric may be. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** What a trial must keep to; one that doesn't is out of the running. The first three end a run at once. */
export interface Constraints {
  /** Memory of the process that trains, at its peak: bytes, or such as 2GB. */
  readonly peakMemory?: number | string;
  /** Seconds of training of one run. */
  readonly seconds?: number;
  /** Numbers in the model that are trained. */
  readonly parameters?: number;
  /** Bounds of metrics, of the run that is trained to its end. */
  readonly metrics?: Readonly<Record<string, Bounds>>;
}

/** Constraints after checking. Plain data. */
export interface CheckedConstraints {
  readonly limits: RunLimits;
  readonly metrics: Readonly<Record<string, Bounds>>;
}

const checks = {
  peakMemory: be.anything,
  seconds: be.positive,
  parameters: be.whole(1),
  metrics: be.having([], "an object, such as { activeUnits: { min: 2 } }"),
} as const satisfies ChecksOf<Constraints>;

/** Checks constraints. Throws a UserError that names `source`. */
export function readConstraints(source: string, told: Constraints): CheckedConstraints {
  requireOptions(`${source}: constraints`, told, checks);
  const { metrics = {}, peakMemory, ...others } = told;
  for (const [name, bounds] of Object.entries(metrics)) {
    requireMetric(`${source}: constraints: metrics`, name);
    requireOptions(`${source}: constraints: metrics: ${name}`, bounds, {
      min: be.number(-Infinity),
      max: be.number(-Infinity),
    });
  }
  const { memory } = runFields;
  const bytes =
    peakMemory === undefined
      ? undefined
      : checkField(
          `${source}: constraints: peakMemory`,
          memory.schema,
          typeof peakMemory === "string" ? memory.fromText(peakMemory) : peakMemory,
        );
  return {
    limits: { ...others, ...(bytes !== undefined && { peakMemory: bytes }) },
    metrics: { ...metrics },
  };
}

/** Checks a budget. Throws a UserError that names `source`. */
export function readBudget(source: string, told: Budget): Budget {
  requireOptions(`${source}: budget`, told, {
    trials: be.whole(1),
    seconds: be.positive,
    epochs: be.whole(1),
  } satisfies ChecksOf<Budget>);
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}
