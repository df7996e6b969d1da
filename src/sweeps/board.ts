import { randomUUID } from "node:crypto";
import type { OpenPlan } from "./plan.js";
import { ask, beat, bury, settle } from "./scheduler.js";
import type { Asked, Assignment, Beaten, StateChange } from "./protocol.js";
import type { Control, SweepState } from "./state.js";
import type { Outcome } from "./trial.js";

export type { Asked, Assignment, Beaten, StateChange } from "./protocol.js";

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

/**
 * Keeps the state of a sweep. The only thing that a backend has to bring: `boardOn` makes a board of it.
 */
export interface StateStore {
  /**
   * Calls `step` with the state and keeps what it says has changed, all or nothing and, unless it is passing, on disk before it returns, so that no
   * other update sees or makes a state in between. `step` has no effects; it may be called again with a newer state.
   */
  update<T>(
    step: (state: SweepState, now: number) => { readonly change?: StateChange; readonly result: T },
  ): Promise<T>;
  close(): Promise<void>;
}

/** How long a lease lasts without a beat, in milliseconds, unless told otherwise. */
export const leaseMilliseconds = 30_000;

/** A board over a state that a backend keeps: all decisions are the scheduler's, the same for every backend. */
export function boardOn(plan: OpenPlan, store: StateStore, lasts = leaseMilliseconds): TrialBoard {
  return {
    ask: (worker) =>
      store.update((state, now) => ask(plan, state, { token: randomUUID(), worker, now, lasts })),
    beat: (assignment, epoch) =>
      store.update((state, now) =>
        beat(state, assignment, { now, lasts, ...(epoch !== undefined && { epoch }) }),
      ),
    report: (assignment, outcome) => store.update((state) => settle(plan, state, assignment, outcome)),
    bury: (worker) => store.update((state) => bury(state, (one) => one === worker)),
    change: (change) =>
      store.update(({ control }) => {
        const changed = { ...control, ...change };
        return { change: { control: changed }, result: changed };
      }),
    state: () => store.update((state) => ({ result: state })),
  };
}

/** A state as a change leaves it. */
export function changed(
  state: SweepState,
  { control = state.control, trials = [] }: StateChange,
): SweepState {
  const all = [...state.trials];
  for (const trial of trials) all[trial.number] = trial;
  return { control, trials: all };
}
