import type { Json } from "../catalogue/index.js";
import type { RunReport } from "./trial.js";

/** What a point of a sweep's space sets, by the path of each range that is in force: numbers, and of choices their place. */
export type Point = Readonly<Record<string, number>>;

/** Until when a worker holds a job. Plain data. */
export interface Lease {
  /** Tells this lease from all others of the job: a report with another token is of a worker that was given up. */
  readonly token: string;
  readonly worker: string;
  /** Milliseconds since 1970 by the board's clock; beats move it. */
  readonly until: number;
}

/** One run of a trial up to one rung: what a worker is handed. Plain data. */
export interface JobRecord {
  readonly rung: number;
  /** Which of the trial's seeds, from 0. */
  readonly seed: number;
  /** Train up to here; at most the run's planned epochs. */
  readonly epochs: number;
  readonly state: "open" | "leased" | "done";
  readonly lease?: Lease;
  /** Times that it was handed out. */
  readonly attempts: number;
  /** Where a run that goes on is: epochs done. */
  readonly epoch?: number;
  readonly report?: RunReport;
}

/** A point and its runs. Plain data. */
export interface TrialRecord {
  /** From 0, in the order of proposal. */
  readonly number: number;
  readonly point: Point;
  /** The run's settings without seed, as plain data. */
  readonly run: Readonly<Record<string, Json>>;
  /** Of stopping rules with several: which of their brackets the trial is in. */
  readonly bracket: number;
  /** Whether it is out of the running: `pruned` diverged or violates a constraint, `failed` could not be trained. */
  readonly state: "open" | "pruned" | "failed";
  /** Why it is out of the running. */
  readonly reason?: string;
  readonly jobs: readonly JobRecord[];
}

/** How much a sweep may use; what is left out is without limit. */
export interface Budget {
  /** Points tried. */
  readonly trials?: number;
  /** Seconds of the runs' own training, all workers together. */
  readonly seconds?: number;
  /** Epochs trained, all runs together. */
  readonly epochs?: number;
}

/** What can be changed of a sweep while it goes on. */
export interface Control {
  /** `paused` hands out no jobs and interrupts those under way at their next checkpoint; `stopped` is for good. */
  readonly state: "running" | "paused" | "stopped";
  readonly budget: Budget;
  /** Workers of an embedded sweep. */
  readonly concurrency: number;
}

/** All that a sweep knows. Plain data. */
export interface SweepState {
  readonly control: Control;
  /** By number. */
  readonly trials: readonly TrialRecord[];
}
