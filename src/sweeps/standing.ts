import { metricOf } from "./metric.js";
import { type OpenPlan, plannedEpochs } from "./plan.js";
import type { Observation } from "./search/search.js";
import type { JobRecord, SweepState, TrialRecord } from "./state.js";
import type { Standing } from "./stopping/stopping.js";

/** The highest rung that a trial was sent to. */
export function highestRung({ jobs }: TrialRecord): number {
  return Math.max(0, ...jobs.map(({ rung }) => rung));
}

/** A trial's jobs at a rung, all of them done; undefined if not. */
export function doneAt({ jobs }: TrialRecord, rung: number): readonly JobRecord[] | undefined {
  const here = jobs.filter((job) => job.rung === rung);
  return here.length > 0 && here.every(({ state }) => state === "done") ? here : undefined;
}

/** What a trial's seeds came to at a rung, in the metric's own direction; undefined while any of them isn't done. */
export function valuesAt(plan: OpenPlan, trial: TrialRecord, rung: number): readonly number[] | undefined {
  return doneAt(trial, rung)?.map(({ report }) => (report && metricOf(report, plan.metric)) ?? NaN);
}

/** Their mean; of one that is out of the running, what it came to all the same. */
export function meanAt(plan: OpenPlan, trial: TrialRecord, rung: number): number | undefined {
  const values = valuesAt(plan, trial, rung);
  return values && values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation of what the seeds came to; undefined of fewer than two. */
export function spreadOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** A mean as what is minimised. */
function costAt(plan: OpenPlan, trial: TrialRecord, rung: number): number | undefined {
  if (trial.state !== "open") return Infinity;
  const mean = meanAt(plan, trial, rung);
  if (mean === undefined) return undefined;
  return Number.isNaN(mean) ? Infinity : plan.direction === "maximize" ? -mean : mean;
}

/** How trials stand, for the rule that decides who goes on. */
export function standingsOf(plan: OpenPlan, { trials }: SweepState): readonly Standing[] {
  return trials.map((trial) => {
    const rung = highestRung(trial);
    const values = Array.from({ length: rung + 1 }, (_, i) => costAt(plan, trial, i));
    return { number: trial.number, bracket: trial.bracket, rung, values };
  });
}

/** The epochs at which a trial's runs are compared. */
export function rungsOf(
  { stopping }: OpenPlan,
  { bracket, run }: Pick<TrialRecord, "bracket" | "run">,
): readonly number[] {
  return stopping.rungs(bracket, plannedEpochs(run));
}

/** Fewer observations than this at some epochs tell a search too little. */
const enough = 10;

/**
 * The points so far for a search, compared at equal epochs: at the most for which there are enough values (Falkner et al. 2018,
 * BOHB), else at the fewest. Those that have gone less far are left out, those that are under way are not known.
 */
export function observationsOf(plan: OpenPlan, { trials }: SweepState): readonly Observation[] {
  const costs = trials.map((trial) => {
    const rungs = plan.stopping.name === "none" ? [0] : rungsOf(plan, trial);
    return new Map(rungs.map((epochs, rung) => [epochs, costAt(plan, trial, rung)] as const));
  });
  const levels = [...new Set(costs.flatMap((cost) => [...cost.keys()]))].sort((a, b) => b - a);
  const knownAt = (level: number): number =>
    costs.filter((cost) => Number.isFinite(cost.get(level) ?? NaN)).length;
  const level = levels.find((one) => knownAt(one) >= enough) ?? levels.at(-1);
  return trials.flatMap((trial, i): Observation[] => {
    const value = level === undefined ? undefined : costs[i]?.get(level);
    const under = trial.jobs.some(({ state }) => state !== "done");
    return value === undefined && !under ? [] : [{ point: trial.point, value }];
  });
}

/** What a sweep has used of its budget. */
export function usedBy({ trials }: SweepState): {
  readonly trials: number;
  readonly seconds: number;
  readonly epochs: number;
} {
  const jobs = trials.flatMap((trial) => trial.jobs);
  const seconds = jobs.reduce((sum, { report }) => sum + (report?.seconds ?? 0), 0);
  const epochs = trials.reduce((sum, trial) => {
    const bySeed = new Map<number, number>();
    for (const { seed, report, epoch = 0 } of trial.jobs) {
      bySeed.set(seed, Math.max(bySeed.get(seed) ?? 0, report?.epoch ?? epoch));
    }
    return sum + [...bySeed.values()].reduce((all, one) => all + one, 0);
  }, 0);
  return { trials: trials.length, seconds, epochs };
}

/** The best trial: of those that went furthest in epochs, the one with the best mean; undefined if none has been measured. */
export function bestTrial(
  plan: OpenPlan,
  state: SweepState,
): { readonly trial: TrialRecord; readonly rung: number; readonly complete: boolean } | undefined {
  const found = state.trials.flatMap((trial) => {
    const rungs = rungsOf(plan, trial);
    const measured = rungs.flatMap((epochs, rung) => {
      const cost = costAt(plan, trial, rung);
      return cost !== undefined && Number.isFinite(cost) ? [{ rung, epochs, cost }] : [];
    });
    const last = measured.at(-1);
    return last === undefined ? [] : [{ trial, ...last, complete: last.rung === rungs.length - 1 }];
  });
  // Epochs compare only where all are planned for as many.
  const far = (one: (typeof found)[number]): number => (one.complete ? Infinity : one.epochs);
  return found.sort((a, b) => (far(a) === far(b) ? a.cost - b.cost : far(b) - far(a)))[0];
}
