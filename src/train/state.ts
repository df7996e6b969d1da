import { slotNames, type Optimizer } from "../optim/index.js";
import type { Vae } from "../model/index.js";
import { initialValues, trainableSpecs } from "../nn/index.js";
import { formatShape, type Tensor, tensor, UserError } from "../tensor/index.js";
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

/**
 * Checks that a state read from `source` has the parameters and slots of a model and its optimiser, each with its
 * shape. Throws a UserError that names the one which it lacks.
 */
export function requireState(state: TrainState, model: Vae, optimizer: Optimizer, source: string): void {
  const shapes = Object.entries(model.parameters).map(([name, { shape }]) => [name, shape] as const);
  const slots = slotNames(optimizer, trainableSpecs(model.parameters)).map(
    ({ of, name }) => [name, (model.parameters[of] as { shape: readonly number[] }).shape] as const,
  );
  for (const [name, shape] of [...shapes, ...slots]) {
    const found = state.tensors[name];
    const here = found && `${found.dtype} ${formatShape(found.shape)}`;
    const wanted = `float32 ${formatShape(shape)}`;
    if (here === wanted) continue;
    throw new UserError(
      `the checkpoint in ${source} has ${here ?? "nothing"} for "${name}", the run takes ${wanted}: it is another run's`,
    );
  }
}
