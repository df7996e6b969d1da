import type { Control, SweepState } from "./state.js";
import type { TrialTask } from "./trial.js";

/** A job that a worker holds: what to train, and the lease to keep. Plain data. */
export interface Assignment {
  readonly task: TrialTask;
  readonly token: string;
}

/** What a worker that asks is told. */
export type Asked =
  | ({ readonly kind: "task" } & Assignment)
  /** Nothing to do until others report, or while the sweep is paused. Ask again after so many milliseconds. */
  | { readonly kind: "wait"; readonly milliseconds: number }
  /** Nothing more will come, unless the budget grows. */
  | { readonly kind: "done" };

/** What a worker is to do with its task: `leave` interrupts it (the sweep is paused or stopped), `lost` another has it now. */
export type Beaten = "go on" | "leave" | "lost";

/** What of a state changed by a step. */
export interface StateChange {
  readonly control?: Control;
  /** New trials, and those that changed, by their numbers. */
  readonly trials?: readonly SweepState["trials"][number][];
  /** Whether it is of the moment, a lease kept and how far a run is: whoever alone has the state need not keep it for the next process. */
  readonly passing?: boolean;
}
