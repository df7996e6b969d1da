import type { PlacedFile, RunSpec, TrainEvent } from "latent/web";

/** The data of a training in the page. */
export type TrainingData =
  | {
      readonly kind: "mnist";
      /** The address of its folder: `mnistAddress()`. */
      readonly at: string;
      /** Only so many of the training examples. */
      readonly limit?: number;
      /** Only so many of the test examples. */
      readonly testLimit?: number;
    }
  | {
      readonly kind: "arrays";
      readonly name: string;
      /** [n, ...shape] row after row. */
      readonly train: Float32Array;
      readonly test?: Float32Array;
      readonly shape: readonly number[];
      readonly trainLabels?: readonly number[];
      readonly testLabels?: readonly number[];
      readonly classes?: readonly string[];
    }
  | {
      readonly kind: "files";
      readonly files: readonly PlacedFile[];
      /** What pictures are brought to, such as `32x32`. */
      readonly size?: string;
    };

/** What is looked at while it trains. */
export interface Watch {
  /** Pictures from noise that stays the same; default 16. */
  readonly generated?: number;
  /** Test examples with their reconstructions; default 8. */
  readonly reconstructed?: number;
  /** Test examples whose codes are shown; default 1,000. */
  readonly codes?: number;
  /** At least so many milliseconds between two looks; default 500. */
  readonly every?: number;
}

/** A training that the page's worker is asked for. */
export interface TrainingRequest {
  /** Plain data: model and training, without data. */
  readonly spec: RunSpec;
  readonly data: TrainingData;
  /** Points [n, z] that the prior draws from, in place of the spec's prior; row after row. */
  readonly priorPoints?: Float32Array;
  readonly watch?: Watch;
  /** Keeps the run in this browser under a name. */
  readonly keep?: { readonly name: string; readonly resume?: boolean };
  /** What it trains on; default WebGPU where it works, else WebAssembly. */
  readonly device?: "auto" | "webgpu" | "wasm";
  readonly threads?: number;
}

/** What can be seen of a model at one moment. */
export interface Look {
  readonly step: number;
  readonly epoch: number;
  /** The shape of one example. */
  readonly shape: readonly number[];
  /** From the same noise each time, values of 0 to 1 (pictures) or as the data are. */
  readonly generated: Float32Array;
  readonly originals: Float32Array;
  readonly reconstructions: Float32Array;
  /** Codes: the posterior's mean [n, z], row after row, and its standard deviation where it has one. */
  readonly codes: Float32Array;
  readonly deviations: Float32Array | undefined;
  readonly labels: readonly number[] | undefined;
  readonly z: number;
}

/** What the worker is told while it trains. */
export type TrainingNews =
  | { readonly type: "event"; readonly event: TrainEvent }
  | { readonly type: "look"; readonly look: Look }
  | { readonly type: "paused"; readonly paused: boolean }
  | {
      readonly type: "ended";
      readonly finished: boolean;
      readonly files: Readonly<Record<string, Uint8Array>>;
    }
  | { readonly type: "failed"; readonly message: string };

/** What a worker that trains answers to. */
export interface TrainerApi {
  start(request: TrainingRequest, listener: (news: TrainingNews) => void): Promise<void>;
  pause(): void;
  resume(): void;
  /** Trains on for one update, then pauses. */
  step(): void;
  stop(): void;
  /** The model's files with its weights as they are now. */
  snapshot(): Promise<Readonly<Record<string, Uint8Array>> | undefined>;
}
