import { averageName, slotsOf, type UpdateRule, type Watched } from "../optim/index.js";
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
  /** What the updates of the current epoch came to, where a rule reports it. */
  readonly tally?: Tally | undefined;
  /** Updates left out since the start of the run and in a row up to now, where any may be. */
  readonly skipped?: { readonly total: number; readonly inARow: number } | undefined;
  /** What a schedule that follows the monitored measure has seen. */
  readonly watched?: Watched | undefined;
}

/** Sums over an epoch's updates. */
export interface Tally {
  /** Updates done, and the sum of the norms of their gradients. */
  readonly updates: number;
  readonly norms: number;
  /** Updates left out, and the examples whose terms are not in the sums. */
  readonly skipped: number;
  readonly unsound: number;
}

/** Everything needed to go on with a run: bit for bit the same as if it had never stopped. */
export interface TrainState {
  readonly progress: Progress;
  /** The model's parameters and state, and the optimiser's slots, by name. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** The arrays that a rule keeps beside a model's trained parameters: name, shape, what they start as. */
function keptArrays(model: Vae, rule: UpdateRule) {
  return Object.entries(trainableSpecs(model.parameters)).flatMap(([of, { shape }]) =>
    slotsOf(rule).map(({ nameOf, start }) => ({ name: nameOf(of), of, shape, start })),
  );
}

/** The state before the first step. */
export function initialState(model: Vae, rule: UpdateRule, seed: number): TrainState {
  const weights = initialValues(model.parameters, seed);
  const kept = keptArrays(model, rule).map(({ name, of, shape, start }) => {
    const value = tensor("float32", shape);
    if (start === "parameter") value.data.set((weights[of] as Tensor<"float32">).data);
    else value.data.fill(start);
    return [name, value] as const;
  });
  return {
    tensors: { ...weights, ...Object.fromEntries(kept) },
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
 * A state's arrays as those of the model that a run makes: where it keeps a moving average of its weights (`ema`), that in
 * place of the weights.
 */
export function madeWeights(tensors: TrainState["tensors"]): Record<string, Tensor> {
  const averages = new Set(Object.keys(tensors).map(averageName));
  const own = Object.entries(tensors).filter(([name]) => !averages.has(name));
  return Object.fromEntries(own.map(([name, value]) => [name, tensors[averageName(name)] ?? value]));
}

/**
 * Checks that a state read from `source` has the parameters of a model and the arrays that a rule keeps beside them, each
 * with its shape. Throws a UserError that names the one which it lacks.
 */
export function requireState(state: TrainState, model: Vae, rule: UpdateRule, source: string): void {
  const own = Object.entries(model.parameters).map(([name, { shape }]) => ({ name, shape }));
  for (const { name, shape } of [...own, ...keptArrays(model, rule)]) {
    const found = state.tensors[name];
    const here = found && `${found.dtype} ${formatShape(found.shape)}`;
    const wanted = `float32 ${formatShape(shape)}`;
    if (here === wanted) continue;
    throw new UserError(
      `the checkpoint in ${source} has ${here ?? "nothing"} for "${name}", the run takes ${wanted}: it is another run's`,
    );
  }
}

/** Goes on for more epochs than a finished run had, if asked to; a run that stopped early stays stopped. */
export function reopened(
  state: TrainState,
  { epochs, patience }: { readonly epochs: number; readonly patience: number | undefined },
): TrainState {
  const { progress } = state;
  const waited = progress.epoch - (progress.best?.epoch ?? progress.epoch);
  const stoppedEarly = patience !== undefined && waited >= patience;
  return { ...state, progress: { ...progress, finished: progress.epoch >= epochs || stoppedEarly } };
}
