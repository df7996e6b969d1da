import type { Evaluation } from "../evaluate/index.js";

/** Where a run is. */
export interface Position {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
}

/** One finished epoch. */
export interface EpochRecord {
  readonly epoch: number;
  /** Steps done since the start of the run. */
  readonly step: number;
  /** The objective's terms averaged over the epoch's examples as they were trained on; nats per example. */
  readonly train: Readonly<Record<string, number>>;
  /** The norm of all gradients together before it was limited (`clipNorm`), averaged over the epoch's updates. */
  readonly gradientNorm?: number;
  /** Updates left out in this epoch for gradients that were not finite, where `skipNonFinite` allows it. */
  readonly skipped?: number;
  /** The learning rate of the epoch's last update, where a schedule changes it. */
  readonly lr?: number;
  /** The measures on the held-out validation split, or on the test split where nothing is held out. */
  readonly evaluation: Evaluation;
}

/** A finished epoch as an event: what is kept of it, and how fast it was, which is not (runs are reproducible). */
export interface EpochEvent extends EpochRecord {
  readonly type: "epoch";
  /** Examples a second, training steps only. */
  readonly examplesPerSecond: number;
}

/** A setting that a resumed run has changed, with its values as plain data. */
export interface Change {
  readonly name: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** What a training run tells while it goes on; it prints nothing itself. */
export type TrainEvent =
  | {
      readonly type: "start";
      readonly device: string;
      readonly engine: string;
      readonly model: string;
      readonly objective: string;
      readonly resumedAt: number | undefined;
      /** What a resumed run does otherwise from here on than before. */
      readonly changed: readonly Change[];
      readonly position: Position;
    }
  | {
      readonly type: "progress";
      readonly position: Position;
      /** Terms averaged over this epoch so far. */
      readonly terms: Readonly<Record<string, number>>;
      readonly examplesPerSecond: number;
      /** Estimated seconds to the end of the run. */
      readonly secondsLeft: number;
    }
  | EpochEvent
  | { readonly type: "warning"; readonly message: string }
  | { readonly type: "checkpoint"; readonly step: number }
  | {
      readonly type: "stopped";
      /** `already finished`: a run was resumed that has trained all its epochs, or has stopped early. */
      readonly reason: "interrupted" | "early stopping" | "already finished";
      readonly position: Position;
    };
