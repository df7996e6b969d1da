import { slotNames, type Optimizer } from "../optim/index.js";
import type { Vae } from "../model/index.js";
import { initialValues, trainableSpecs } from "../nn/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import type { EpochRecord } from "./events.js";

/** Where a run stands, in numbers that JSON keeps exactly. */
export interface Progress {
  /** Epochs finished. */
  readonly epoch: number;
  /** Steps finished in the current epoch. */
  readonly stepInEpoch: number;
  /** Steps finished in all. */
  readonly step: number;
  /** Sums over the current epoch's examples of each term, and the number of examples. */
  readonly sums: Readonly<Record<string, number>>;
  readonly seen: number;
  readonly history: readonly EpochRecord[];
  /** The best value of the monitored measure, and its epoch. */
  readonly best: { readonly value: number; readonly epoch: number } | undefined;
  /** The run has reached its end, by epochs or early stopping. */
  readonly finished: boolean;
}

/** Everything needed to go on with a run: bit for bit the same as if it had never stopped. */
export interface TrainState {
  readonly progress: Progress;
  /** The model's parameters and state, and the optimiser's slots, by name. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** The state before the first step. */
export function initialState(model: Vae, optimizer: Optimizer, seed: number): TrainState {
  const weights = initialValues(model.parameters, seed);
  const slots = slotNames(optimizer, trainableSpecs(model.parameters)).map(({ of, name }) => {
    const { shape } = model.parameters[of] as { shape: readonly number[] };
    return [name, tensor("float32", shape)] as const;
  });
  return {
    tensors: { ...weights, ...Object.fromEntries(slots) },
    progress: {
      epoch: 0,
      stepInEpoch: 0,
      step: 0,
      sums: {},
      seen: 0,
      history: [],
      best: undefined,
      finished: false,
    },
  };
}
