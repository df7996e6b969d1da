import type { EpochRecord, RunConfig, TrainedVae, TrainEvent } from "latent/web";

/** Where a run is kept: by the server that the page came from, in this browser, or among the page's own files. */
export type SourceName = "server" | "page" | "static";

export type RunState = "training" | "waiting" | "interrupted" | "finished" | "damaged";

/** A run as lists show it. */
export interface RunCard {
  readonly source: SourceName;
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  /** Trained by the server that the page came from, or waiting for that: it can be stopped there. */
  readonly native: boolean;
  /** Of a waiting one, its place in the queue, from 1. */
  readonly position?: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly model: string;
  readonly objective: string;
  readonly data: string;
  readonly z: number;
  /** Milliseconds since 1970. */
  readonly updated: number;
  /** Bytes that it takes in this browser. */
  readonly bytes?: number;
  /** What is wrong with a damaged one. */
  readonly problem?: string;
}

/** Examples that a run was trained on or tested with, as the model takes them. */
export interface RunExamples {
  /** [n, ...shape], row after row. */
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly count: number;
  readonly labels: readonly number[] | undefined;
  readonly classes: readonly string[] | undefined;
}

/** What a followed run tells. */
export type RunNews =
  | { readonly type: "epoch"; readonly record: EpochRecord }
  | { readonly type: "snapshot"; readonly step: number }
  | { readonly type: "state"; readonly card: RunCard }
  | { readonly type: "train"; readonly event: TrainEvent };

export type Control = "pause" | "resume" | "stop" | "step";

/** A run that is looked at. */
export interface OpenedRun {
  readonly card: RunCard;
  /** None of a run that waits to begin. */
  readonly config: RunConfig | undefined;
  readonly history: readonly EpochRecord[];
  /** The model with its newest weights. */
  model(): Promise<TrainedVae>;
  /** The first so many examples of its test data, if they can be had here. */
  examples(count: number): Promise<RunExamples | undefined>;
  /** The run's folder as a zip. */
  zip(): Promise<Blob>;
  /** Listens to what happens; returns what ends it. */
  follow?(listener: (news: RunNews) => void): () => void;
  control?(action: Control): Promise<void>;
  /** Goes on where it stopped, to so many epochs. */
  resume?(epochs: number): Promise<void>;
}

export interface RunSource {
  readonly name: SourceName;
  list(): Promise<readonly RunCard[]>;
  open(id: string): Promise<OpenedRun>;
}
