import type { Control, SweepState } from "./state.js";
import type { Outcome, TrialTask } from "./trial.js";

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

/**
 * Where the workers of a sweep meet: they ask for runs, keep their leases by beats, and report. Every call is atomic against
 * all others, whoever makes them. What a kill loses is a lease, which runs out; the run goes on from its checkpoint.
 */
export interface TrialBoard {
  /** A task for a worker, leased to it. Promotes trials and proposes new ones as the plan says. */
  ask(worker: string): Promise<Asked>;
  /** Keeps a lease; `epoch` says how far the run is. */
  beat(assignment: Assignment, epoch?: number): Promise<Beaten>;
  /** Keeps what a task came to and ends its lease. False if it was lost meanwhile: nothing was kept. */
  report(assignment: Assignment, outcome: Outcome): Promise<boolean>;
  /** Gives up the leases of a worker that is known to be gone, so that nobody waits for them to run out. */
  bury(worker: string): Promise<void>;
  /** Pauses, resumes, stops; changes budget and concurrency. */
  change(change: Partial<Control>): Promise<Control>;
  /** All that is known now. */
  state(): Promise<SweepState>;
}

/** What of a state changed by a step. */
export interface StateChange {
  readonly control?: Control;
  /** New trials, and those that changed, by their numbers. */
  readonly trials?: readonly SweepState["trials"][number][];
}

/**
 * Keeps the state of a sweep. The only thing that a backend has to bring: `boardOn` makes a board of it.
 */
export interface StateStore {
  /**
   * Calls `step` with the state and keeps what it says has changed, all or nothing and on disk before it returns, so that no
   * other update sees or makes a state in between. `step` has no effects; it may be called again with a newer state.
   */
  update<T>(
    step: (state: SweepState, now: number) => { readonly change?: StateChange; readonly result: T },
  ): Promise<T>;
  close(): Promise<void>;
}
