import type { NoiseKind } from "../distributions/index.js";
import type { DType, Shape } from "../tensor/index.js";
import type { ArrayPlace } from "./engine-state.js";

/** An input or output of a training graph. Named lengths are free. */
export interface TrainingValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** What `training.json` says of a training graph. Paths are below its folder. */
export interface TrainingCard {
  readonly format: "latent-training";
  readonly version: 1;
  /** The graph of any number of steps, from old states to new ones. */
  readonly model: "train.onnx";
  /** A graph without inputs whose outputs are the states, by their names, at step `step`. */
  readonly start: "start.onnx";
  readonly objective: string;
  readonly optimizer: string;
  /** Examples a step, and of the training split. */
  readonly batch: number;
  readonly examples: number;
  /** Steps that were done before, and those of the whole run. */
  readonly step: number;
  readonly planned: number;
  /** The input that says how many steps a call does. */
  readonly steps: TrainingValue;
  /** The examples as they are stored [examples, numbers], and the rows of each step's batch in them. */
  readonly data: TrainingValue;
  readonly indices: TrainingValue;
  /** The classes of the examples [examples], of a model that is given them. */
  readonly labels?: TrainingValue;
  /** What is drawn anew for every step: numbers of a standard normal, or between 0 and 1. */
  readonly noise: readonly (TrainingValue & { readonly distribution: NoiseKind })[];
  /** Numbers that go with the step, such as the learning rate; `file` has them for all steps that are left. */
  readonly schedule: readonly (TrainingValue & { readonly file: string })[];
  /** What goes from call to call: output `next` is the next call's input `name`. */
  readonly state: readonly (TrainingValue & { readonly next: string })[];
  /** What comes out for each step: the loss first, then the terms it is of, nats per example. */
  readonly outputs: readonly TrainingValue[];
  /** Where the model's weights are in the states, by PyTorch's names: `offset` is in numbers. */
  readonly weights: Readonly<Record<string, ArrayPlace>>;
  /** The first steps as Latent does them: what every input is fed, and what comes out. */
  readonly check: {
    readonly steps: number;
    readonly feeds: Readonly<Record<string, string>>;
    readonly expected: Readonly<Record<string, string>>;
  };
}
