import type { Dataset } from "../data/index.js";
import type { RunConfig, Settings } from "../runs/index.js";
import type { Current, EpochRecord, Platform, TrainControl, TrainEvent } from "../train/index.js";

/** How a run stands: `waiting` for others that are trained here first. A damaged one is listed with what is wrong, and can't be opened. */
export type RunState = "training" | "waiting" | "interrupted" | "finished" | "damaged";

/** A run as lists show it. */
export interface RunSummary {
  /** Stays the same as long as the folder has its place and name; never a path. */
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  /** Trained by this server now, or waiting for that: it can be stopped here. */
  readonly native: boolean;
  /** Of a waiting one, its place in the queue, from 1. */
  readonly position?: number;
  readonly paused?: boolean;
  /** Epochs finished, of how many. */
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly model: string;
  readonly objective: string;
  readonly data: string;
  /** Latent coordinates. */
  readonly z: number;
  /** Milliseconds since 1970. */
  readonly updated: number;
  /** What is wrong with it. */
  readonly problem?: string;
}

/** A run with its settings and epochs. */
export interface RunDetails {
  readonly summary: RunSummary;
  /** None of a run that waits to begin. */
  readonly config: RunConfig | null;
  readonly history: readonly EpochRecord[];
}

/** Data that runs may be trained on here. */
export interface OfferedData {
  readonly id: string;
  readonly name: string;
  readonly examples: number;
}

/** What the server offers. */
export interface Session {
  readonly version: string;
  readonly native: { readonly device: string; readonly cores: number } | null;
  readonly data: readonly OfferedData[];
  /** Where the view of queues is, beside the page; null without `--redis`. */
  readonly queues: string | null;
}

/** A run that the server is to train, or to go on with. */
export interface TrainRequest {
  readonly settings: Settings;
  readonly resume: boolean;
  readonly signal: AbortSignal;
  readonly control: TrainControl;
  /** Told of everything that happens; training waits for the Promise. */
  readonly onEvent: (event: TrainEvent, current: Current) => void | Promise<void>;
}

/** A run that was trained, or stopped. */
export interface Trained {
  readonly finished: boolean;
  /** Draws its pictures and report into its folder, as the command does. */
  draw(): Promise<void>;
  close(): Promise<void>;
}

/** How data are read. */
export interface DataReading {
  /** Of the run whose data they are. */
  readonly config?: RunConfig | undefined;
  /** What pictures are brought to, such as `32x32`. */
  readonly size?: string | undefined;
}

/** What the studio is lent by the command, which trains and reads data in the same way itself. */
export interface StudioTools {
  readonly platform: Platform;
  readonly version: string;
  /** What native training would compute on; undefined where there is nothing. */
  device(): Promise<string | undefined>;
  /** The data set at a place, as a run has read it or as it is told. */
  readData(source: string, as?: DataReading): Promise<Dataset>;
  /** Trains as the command does. */
  train(request: TrainRequest): Promise<Trained>;
  /** Writes a line about the work for the person who started the studio. */
  note(line: string): void;
}
