import type { Spec } from "../catalogue/index.js";
import type { CheckedConstraints } from "./limits.js";
import type { Direction } from "./metric.js";
import { searches } from "./search/registry.js";
import type { Search } from "./search/search.js";
import { type Space, spaceOf } from "./space/space.js";
import type { Budget, Control, SweepState } from "./state.js";
import { stoppings } from "./stopping/registry.js";
import type { Stopping } from "./stopping/stopping.js";
import { canonicalText, type PlainRun, type TrialTask } from "./trial.js";

/** A sweep as it is kept: everything that was told, checked, and defaults. Plain data. */
export interface SweepPlan {
  readonly version: 1;
  /** Settings of the runs, of which some are ranges, with the threads of each. */
  readonly run: PlainRun;
  /** Settings of the run that were told by another name than the API's, such as `{ latent: "z" }`: for tables and pictures. */
  readonly names?: Readonly<Record<string, string>>;
  readonly search: Spec;
  readonly stopping: Spec;
  readonly metric: string;
  readonly direction: Direction;
  readonly constraints: CheckedConstraints;
  readonly seeds: number;
  readonly seed: number;
  readonly refit: boolean;
  readonly budget: Budget;
  readonly concurrency: number;
  readonly logLikelihood?: NonNullable<TrialTask["logLikelihood"]>;
}

/** A plan with the objects that its names stand for. */
export interface OpenPlan extends Omit<SweepPlan, "search" | "stopping"> {
  readonly space: Space;
  readonly search: Search;
  readonly stopping: Stopping;
}

/** The objects of a plan. */
export function openPlan(plan: SweepPlan): OpenPlan {
  return {
    ...plan,
    space: spaceOf(plan.run, plan.names),
    search: searches.from(plan.search),
    stopping: stoppings.from(plan.stopping),
  };
}

/** What of a plan can't change once the sweep has begun, as text to compare. */
export function fixedText(plan: SweepPlan): string {
  const changeable = new Set(["budget", "concurrency", "refit", "names"]);
  const fixed = Object.fromEntries(Object.entries(plan).filter(([name]) => !changeable.has(name)));
  return canonicalText(fixed);
}

/** The state that a sweep begins with. */
export function firstState({ budget, concurrency }: SweepPlan): SweepState {
  const control: Control = { state: "running", budget, concurrency };
  return { control, trials: [] };
}

/** The epochs that a run is planned for. */
export function plannedEpochs(run: PlainRun): number {
  return typeof run.epochs === "number" ? run.epochs : 10;
}
