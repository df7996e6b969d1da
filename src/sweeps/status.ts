import type { OpenPlan } from "./plan.js";
import { bestTrial, meanAt, spreadOf, usedBy, valuesAt } from "./standing.js";
import type { Control, SweepState } from "./state.js";
import { tableOf, type TrialRow } from "./table.js";

/** How a sweep stands, in figures. Plain data. */
export interface SweepStatus {
  readonly control: Control;
  readonly used: { readonly trials: number; readonly seconds: number; readonly epochs: number };
  readonly counts: Readonly<Record<TrialRow["state"], number>>;
  readonly metric: string;
  readonly direction: string;
  readonly best:
    | {
        readonly trial: number;
        readonly value: number;
        readonly spread: number | null;
        readonly epochs: number;
        /** Whether it has been trained to its planned end. */
        readonly complete: boolean;
        readonly settings: TrialRow["settings"];
        readonly split: string;
        readonly binarize: string;
      }
    | undefined;
}

/** The same as its folder keeps it, for those who look from elsewhere. */
export interface KeptStatus extends SweepStatus {
  /** Whether it has come to its end: there is nothing more to do unless its budget grows. */
  readonly ended: boolean;
}

/** How a sweep stands. */
export function statusOf(plan: OpenPlan, state: SweepState): SweepStatus {
  const rows = tableOf(plan, state);
  const counts = { running: 0, waiting: 0, complete: 0, stopped: 0, pruned: 0, failed: 0 };
  for (const row of rows) counts[row.state]++;
  const found = bestTrial(plan, state);
  const row = found && rows[found.trial.number];
  const best = found &&
    row && {
      trial: row.trial,
      value: meanAt(plan, found.trial, found.rung) ?? NaN,
      spread: spreadOf(valuesAt(plan, found.trial, found.rung) ?? []) ?? null,
      epochs: row.epochs,
      complete: found.complete,
      settings: row.settings,
      split: row.split,
      binarize: row.binarize,
    };
  const { metric, direction } = plan;
  return { control: state.control, used: usedBy(state), counts, metric, direction, best };
}
