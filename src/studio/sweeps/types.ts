import type { Importances, KeptStatus, TrialRow } from "../../sweeps/index.js";

/** How a sweep stands: `interrupted` goes on with `latent sweep resume`, `stopped` was ended before its budget was used. */
export type SweepRunState = "running" | "paused" | "interrupted" | "stopped" | "finished" | "damaged";

/** A sweep as lists show it. */
export interface SweepSummary {
  /** Stays the same as long as the folder has its place and name; never a path. */
  readonly id: string;
  readonly name: string;
  readonly state: SweepRunState;
  /** Whether a process runs it, which hears what it is asked. */
  readonly alive: boolean;
  readonly metric: string;
  readonly direction: "minimize" | "maximize";
  readonly search: string;
  readonly stopping: string;
  readonly data: string;
  /** Names of the settings that are ranges. */
  readonly settings: readonly string[];
  readonly counts: KeptStatus["counts"];
  readonly used: KeptStatus["used"];
  readonly budget: KeptStatus["control"]["budget"];
  /** Trials that will be made if nothing else ends it; null where that is not known. */
  readonly planned: number | null;
  readonly best: KeptStatus["best"] | null;
  /** Milliseconds since 1970. */
  readonly updated: number;
  /** What is wrong with it. */
  readonly problem?: string;
}

/** A setting as an axis: how its values lie between two ends, or which options it has. */
export interface SweepAxis {
  /** As it was told: `z`, `objective.beta-vae.beta`. */
  readonly name: string;
  /** The trial's `point` has its value under this. */
  readonly path: string;
  readonly scale: "linear" | "log" | "options";
  /** Whether values are whole numbers. */
  readonly whole: boolean;
  readonly from: number;
  readonly to: number;
  /** Of a choice: its options in words, by their place. */
  readonly options: readonly string[];
}

/** A trial with the ids of its runs, by which they are explored and compared; null of one that has no folder here. */
export interface SweepTrial extends Omit<TrialRow, "runs"> {
  readonly runs: readonly (string | null)[];
}

/** A sweep whole. */
export interface SweepDetails {
  readonly summary: SweepSummary;
  readonly axes: readonly SweepAxis[];
  readonly trials: readonly SweepTrial[];
  readonly seeds: number;
  readonly epochs: number;
  readonly constraints: readonly string[];
  /** Null where fewer than 8 trials can be compared. */
  readonly importance: Importances | null;
}
