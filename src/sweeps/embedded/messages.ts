import type { Evaluation } from "../../evaluate/index.js";
import type { Outcome, TrialTask } from "../trial.js";

/** What a sweep tells one of its worker processes. */
export type ToWorker =
  | { readonly kind: "task"; readonly task: TrialTask; readonly runs: string }
  /** Save and end the task under way. */
  | { readonly kind: "interrupt" };

/** What a worker process tells its sweep. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "epoch"; readonly epoch: number; readonly evaluation: Evaluation }
  | { readonly kind: "outcome"; readonly outcome: Outcome };
