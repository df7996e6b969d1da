import path from "node:path";
import type { Dimension, Importances, OpenPlan } from "../../sweeps/index.js";
import { importancesOf, plannedEpochs, valueText } from "../../sweeps/index.js";
import { problemIn } from "../summary.js";
import type { SweepReading } from "./reading.js";
import type { SweepAxis, SweepDetails, SweepRunState, SweepSummary } from "./types.js";

function stateOf({ status, alive, rows }: SweepReading): SweepRunState {
  const { control, ended } = status;
  if (alive) return control.state === "paused" ? "paused" : "running";
  if (!ended) return rows.length > 0 && control.state === "stopped" ? "stopped" : "interrupted";
  return control.state === "stopped" ? "stopped" : "finished";
}

function plannedTrials({ search, space }: OpenPlan, budget: SweepSummary["budget"]): number | null {
  const all = search.count?.(space) ?? Infinity;
  const planned = Math.min(all, budget.trials ?? Infinity);
  return Number.isFinite(planned) ? planned : null;
}

/** What a list shows of a sweep that can be read. */
export function sweepSummary(id: string, name: string, reading: SweepReading): SweepSummary {
  const { plan, status, alive, updated } = reading;
  const { budget } = status.control;
  return {
    id,
    name,
    state: stateOf(reading),
    alive,
    metric: plan.metric,
    direction: plan.direction,
    search: plan.search.name,
    stopping: plan.stopping.name,
    data: typeof plan.run.data === "string" ? path.basename(plan.run.data) : "",
    settings: plan.space.dimensions.map((dimension) => dimension.name),
    counts: status.counts,
    used: status.used,
    budget,
    planned: plannedTrials(plan, budget),
    best: status.best ?? null,
    updated,
  };
}

/** What a list shows of one that can't be read. */
export function damagedSweep(id: string, name: string, problem: string, updated: number): SweepSummary {
  return {
    ...{ id, name, state: "damaged", alive: false, metric: "", direction: "minimize" },
    ...{ search: "", stopping: "", data: "", settings: [], planned: null, best: null },
    counts: { running: 0, waiting: 0, complete: 0, stopped: 0, pruned: 0, failed: 0 },
    used: { trials: 0, seconds: 0, epochs: 0 },
    budget: {},
    updated,
    problem,
  };
}

function axisOf(dimension: Dimension): SweepAxis {
  const { name, path: where, range } = dimension;
  const options = (range.options ?? []).map((_, place) => valueText(dimension, place));
  // There and back through a logarithm leaves a last digit.
  const end = (place: number): number => Number(range.at(place).toPrecision(12));
  const [from, to] = options.length > 0 ? [0, options.length - 1] : [end(0), end(1)];
  const scale = options.length > 0 ? "options" : range.name.startsWith("log-") ? "log" : "linear";
  const whole = range.name === "integer" || range.name === "log-integer";
  return { name, path: where, scale, whole, from, to, options: distinct(options) };
}

/** Options that read the same are told apart by their place. */
const distinct = (options: readonly string[]): string[] =>
  options.map((option, i) => (options.indexOf(option) === i ? option : `${option} (${i + 1})`));

function constraintsOf({ constraints: { limits, metrics } }: OpenPlan): string[] {
  return [
    ...Object.entries(limits).map(([name, limit]) => `${name} <= ${limit}`),
    ...Object.entries(metrics).flatMap(([name, { min, max }]) => [
      ...(min === undefined ? [] : [`${name} >= ${min}`]),
      ...(max === undefined ? [] : [`${name} <= ${max}`]),
    ]),
  ];
}

/** The importance of a sweep's settings, learned again only when more is known: it takes a moment. */
export class KnownImportance {
  private key = "";
  private found: Importances | null = null;

  of({ plan, rows }: SweepReading): Importances | null {
    const key = JSON.stringify(rows.map(({ state, rungs }) => [state, rungs]));
    if (key !== this.key) {
      this.key = key;
      this.found = importancesOf(plan.space.dimensions, rows, plan.stopping.name !== "none") ?? null;
    }
    return this.found;
  }
}

/** What is known of a sweep beside what its files say. */
interface Beside {
  /** Ids of the runs that are there, by the names of their folders. */
  readonly runs: ReadonlyMap<string, string>;
  readonly importance: Importances | null;
  readonly folder: string;
}

/** A sweep whole. */
export function sweepDetails(
  summary: SweepSummary,
  reading: SweepReading,
  { runs, importance, folder }: Beside,
): SweepDetails {
  const { plan, rows } = reading;
  return {
    summary,
    axes: plan.space.dimensions.map(axisOf),
    trials: rows.map((row) => ({
      ...row,
      reason: problemIn(row.reason, folder),
      runs: row.runs.map((name) => runs.get(name) ?? null),
    })),
    seeds: plan.seeds,
    epochs: plannedEpochs(plan.run),
    constraints: constraintsOf(plan),
    importance,
  };
}
