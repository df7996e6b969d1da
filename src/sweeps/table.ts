import type { Json } from "../catalogue/index.js";
import type { OpenPlan } from "./plan.js";
import { valueText } from "./space/space.js";
import { doneAt, meanAt, rungsOf, spreadOf, valuesAt } from "./standing.js";
import type { Control, Point, SweepState, TrialRecord } from "./state.js";
import { runId } from "./trial.js";
import { runOf } from "./scheduler.js";

/** A trial in a line. Plain data. */
export interface TrialRow {
  readonly trial: number;
  /** `running` has a run that a worker holds; `waiting` has some to train that none holds, as while the sweep is paused. */
  readonly state: "running" | "waiting" | "complete" | "stopped" | "pruned" | "failed";
  readonly reason: string;
  /** Values of its settings by their names; of a choice its option in words. */
  readonly settings: Readonly<Record<string, number | string>>;
  /** The same by path, as numbers: of a choice the place of its option. */
  readonly point: Point;
  readonly epochs: number;
  /** Mean of the metric over the seeds at the last rung that all of them have reached. */
  readonly value: number | null;
  /** The same means at all rungs that were reached, by their epochs: trials compare where these are equal. */
  readonly rungs: readonly { readonly epochs: number; readonly value: number | null }[];
  /** Its sample standard deviation over the seeds. */
  readonly spread: number | null;
  readonly values: readonly number[];
  readonly split: string;
  readonly binarize: string;
  readonly seconds: number;
  readonly peakMemory: number;
  readonly parameters: number;
  /** Names of the folders of its runs, by seed. */
  readonly runs: readonly string[];
}

function stateOf(trial: TrialRecord, control: Control, complete: boolean): TrialRow["state"] {
  if (trial.state !== "open") return trial.state;
  if (trial.jobs.some(({ lease }) => lease !== undefined)) return "running";
  if (trial.jobs.some(({ state }) => state !== "done"))
    return control.state === "stopped" ? "stopped" : "waiting";
  return complete ? "complete" : "stopped";
}

function rowOf(plan: OpenPlan, trial: TrialRecord, control: Control): TrialRow {
  const rungs = rungsOf(plan, trial);
  const last = rungs.findLastIndex((_, rung) => doneAt(trial, rung)?.every(({ report }) => report) === true);
  const values = (last < 0 ? undefined : valuesAt(plan, trial, last)) ?? [];
  const reports = trial.jobs.flatMap(({ report }) => report ?? []);
  const newest = reports.at(-1);
  const settings = plan.space.dimensions.flatMap((dimension) => {
    const value = trial.point[dimension.path];
    if (value === undefined) return [];
    return [[dimension.name, dimension.range.options ? valueText(dimension, value) : value] as const];
  });
  return {
    trial: trial.number,
    state: stateOf(trial, control, last === rungs.length - 1),
    reason: trial.reason ?? "",
    settings: Object.fromEntries(settings),
    point: trial.point,
    epochs: Math.max(0, ...trial.jobs.map(({ epoch = 0, report }) => report?.epoch ?? epoch)),
    value: (last < 0 ? undefined : meanAt(plan, trial, last)) ?? null,
    rungs: rungs.slice(0, last + 1).map((reached, rung) => ({
      epochs: reached,
      value: meanAt(plan, trial, rung) ?? null,
    })),
    spread: spreadOf(values) ?? null,
    values,
    split: newest?.evaluation.split ?? "",
    binarize: newest?.evaluation.binarize ?? "",
    seconds: reports.reduce((sum, { seconds }) => sum + seconds, 0),
    peakMemory: Math.max(0, ...reports.map(({ peakMemory }) => peakMemory)),
    parameters: newest?.parameters ?? 0,
    runs: Array.from({ length: plan.seeds }, (_, seed) => runId(runOf(trial, seed))),
  };
}

/** All trials, a row each. */
export function tableOf(plan: OpenPlan, { trials, control }: SweepState): readonly TrialRow[] {
  return trials.map((trial) => rowOf(plan, trial, control));
}

function cell(value: Json | undefined): string {
  const text =
    value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The rows as CSV (RFC 4180), a column for each setting; the metric's column has its name. */
export function csvOf(plan: OpenPlan, rows: readonly TrialRow[]): string {
  const names = plan.space.dimensions.map(({ name }) => name);
  const head = ["trial", "state", ...names, "epochs", plan.metric, "spread", "split", "binarize"];
  const lines = rows.map((row) => [
    ...[row.trial, row.state, ...names.map((name) => row.settings[name])],
    ...[row.epochs, row.value, row.spread, row.split, row.binarize],
    ...[row.seconds, row.peakMemory, row.parameters, row.runs.join(" "), row.reason],
  ]);
  const columns = [...head, "seconds", "peakMemory", "parameters", "runs", "reason"];
  return [columns, ...lines].map((line) => line.map(cell).join(",")).join("\n") + "\n";
}
