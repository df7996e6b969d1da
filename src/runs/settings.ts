import { elbo } from "../objectives/index.js";
import { adam, constantRate, type Optimizer, optimizers, requireRates } from "../optim/index.js";
import { UserError } from "../tensor/index.js";
import type { TrainSettings } from "../train/portable.js";
import type { Checked, Field } from "./field.js";
import { tableSettings, type TrainedData } from "./table-settings.js";
import { trainingFields } from "./training-fields.js";

/** The optimiser with another learning rate. Throws a UserError if it is one that has none, or that isn't known. */
function withLearningRate(optimizer: Optimizer, lr: number): Optimizer {
  const info = optimizers.find(optimizer.name);
  if (info !== undefined && "lr" in info.options) return info.make({ ...optimizer.config, lr });
  throw new UserError(`\`lr\` has no effect on the optimiser ${optimizer.name}; set it there`, 2);
}

function plainDefault<T>(field: Field<T, unknown>): T {
  if ("words" in field.default) throw new Error(`the default ${field.default.words} is no plain value`);
  return field.default.value as T;
}

const numberOf = (told: number | "none" | undefined): number | undefined =>
  told === "none" ? undefined : told;

/** All that training goes by, from what was told and defaults for the rest, of which some depend on the data. */
export function settingsOf(given: Checked<typeof trainingFields>, data?: TrainedData): TrainSettings {
  const told = { ...tableSettings(data, given.epochs), ...given };
  const { lr, optimizer = adam() } = told;
  const rule = {
    optimizer: lr === undefined ? optimizer : withLearningRate(optimizer, lr),
    lrEncoder: numberOf(told.lrEncoder),
    lrDecoder: numberOf(told.lrDecoder),
    lrPrior: numberOf(told.lrPrior),
    clipNorm: numberOf(told.clipNorm),
    clipValue: numberOf(told.clipValue),
    skipNonFinite: numberOf(told.skipNonFinite),
    accumulate: told.accumulate ?? plainDefault(trainingFields.accumulate),
    ema: told.ema,
  };
  requireRates(rule);
  return {
    objective: told.objective ?? elbo(),
    ...rule,
    schedule: told.schedule ?? constantRate(),
    epochs: told.epochs ?? plainDefault(trainingFields.epochs),
    batchSize: told.batchSize ?? plainDefault(trainingFields.batchSize),
    seed: told.seed ?? plainDefault(trainingFields.seed),
    validation: told.validation ?? 0,
    patience: told.patience,
    standardize: told.standardize ?? "none",
    binarize: told.binarize ?? plainDefault(trainingFields.binarize),
    augment: told.augment === "none" ? undefined : told.augment,
    shuffle: told.shuffle ?? plainDefault(trainingFields.shuffle),
    sampler: told.sampler,
    balance: told.balance ?? plainDefault(trainingFields.balance),
    labelled: told.labelled,
    device: told.device ?? plainDefault(trainingFields.device),
    threads: told.threads,
  };
}
