import { createHash } from "node:crypto";
import path from "node:path";
import type { Json } from "../catalogue/index.js";
import type { Evaluation } from "../evaluate/index.js";
import { UserError } from "../tensor/index.js";

/** Settings of a run as plain data, by the names of `RunSpec`. */
export type PlainRun = Readonly<Record<string, Json>>;

/** Limits that end a run at once when it exceeds them. */
export interface RunLimits {
  /** Bytes of the process that trains, at their peak. */
  readonly peakMemory?: number;
  /** Seconds of training, all rungs together. */
  readonly seconds?: number;
  /** Numbers in the model that are trained. */
  readonly parameters?: number;
}

/** What a worker is told to do: train a run up to an epoch. Plain data; it carries no code. */
export interface TrialTask {
  readonly trial: number;
  readonly rung: number;
  readonly seed: number;
  /** With its seed and the epochs it is planned for, by which schedules go; not where it is kept. */
  readonly run: PlainRun;
  /** Name of the run's folder: what it is made of, as `runId` gives it. */
  readonly id: string;
  /** Stop after so many epochs, of `run.epochs` planned ones. */
  readonly epochs: number;
  readonly limits: RunLimits;
  /** Importance samples for `logLikelihood`, if that is measured at each rung. */
  readonly logLikelihood?: { readonly samples: number; readonly examples?: number };
  /** Seconds that earlier rungs of the run took. */
  readonly secondsBefore: number;
}

/** What a run came to at a rung. Plain data. */
export interface RunReport {
  /** Epochs done. */
  readonly epoch: number;
  /** Whether it has trained all that was planned, or has stopped early by its own `patience`. */
  readonly finished: boolean;
  /** The evaluation of the weights that it has now: on validation, or test where nothing is held out. */
  readonly evaluation: Evaluation;
  /** Seconds of training by the clock and of the processor, of this rung alone. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Bytes of the process at their peak. */
  readonly peakMemory: number;
  /** Numbers in the model that are trained. */
  readonly parameters: number;
}

/** How a task ended. */
export type Outcome =
  | { readonly kind: "done"; readonly report: RunReport }
  /** It diverged (a number became NaN or infinite), or exceeds a limit: the trial is out of the running. */
  | { readonly kind: "pruned"; readonly reason: string }
  /** It could not be trained. `again` says that another attempt may succeed: of a lock, a full disk, a lost process. */
  | { readonly kind: "failed"; readonly reason: string; readonly again: boolean }
  /** It was interrupted, and goes on from its checkpoint when it is handed out again. */
  | { readonly kind: "interrupted" };

/** What a trainer is given beside the settings. */
export interface TrainerOptions {
  /** Folder of the run; what is in it is resumed. */
  readonly folder: string;
  /** End after so many epochs, with the state saved, as if interrupted there. */
  readonly epochs: number;
  readonly signal: AbortSignal;
  readonly logLikelihood?: TrialTask["logLikelihood"];
  /** Numbers in the model that are trained, before training begins. */
  onModel(parameters: number): void;
  onEpoch(epoch: number, evaluation: Evaluation): void;
}

/** What a trainer returns. */
export type Trained = Pick<RunReport, "epoch" | "finished" | "evaluation" | "parameters">;

/**
 * Trains a run of plain settings in a folder, resuming what is there; the same weights, bit for bit, as `latent train` with these
 * settings. Rejects with an `AbortError`, or returns early, when `signal` is aborted.
 */
export type Trainer = (run: PlainRun, options: TrainerOptions) => Promise<Trained>;

/** Plain data as text that is the same for equal data, whatever the order of their entries. */
export function canonicalText(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as Readonly<Record<string, Json>>).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`).join(",")}}`;
}

/** Settings that are of no matter for the weights that come out. */
const apart = new Set(["out", "pictures", "memory", "sampler"]);

/** The name of a run's folder: the first 20 hexadecimal digits of the SHA-256 of the settings that its weights depend on. */
export function runId(run: PlainRun): string {
  const told = Object.fromEntries(Object.entries(run).filter(([name]) => !apart.has(name)));
  return createHash("sha256").update(canonicalText(told)).digest("hex").slice(0, 20);
}

/** The folder of a task's run below `runs`. Throws a UserError if the id isn't that of the settings: nothing is used as a path unchecked. */
export function taskFolder(runs: string, { id, run }: Pick<TrialTask, "id" | "run">): string {
  if (id === runId(run)) return path.join(runs, id);
  throw new UserError(`the run ${JSON.stringify(id)} is not named after its settings: its task is damaged`);
}

/** What a task is watched with while it goes on. */
export interface TaskSurroundings {
  /** The folder below which runs are kept. */
  readonly runs: string;
  /** Interrupts the task; what is done so far is kept. */
  readonly signal: AbortSignal;
  onEpoch?(epoch: number, evaluation: Evaluation): void;
}
