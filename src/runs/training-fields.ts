import type { Spec } from "../catalogue/index.js";
import { binarizations, type Standardization, standardizations } from "../data/portable.js";
import { augmentationText, balances, shuffles } from "../feed/index.js";
import { type Objective, objectives } from "../objectives/index.js";
import { type Optimizer, optimizers, type Schedule, schedules } from "../optim/index.js";
import { choice, custom, type Field, made, number, positive, text, whole, orNone } from "./field.js";

/** An objective, its name with options such as `beta-vae(beta=4)`, or the same as plain data. */
export type ObjectiveChoice = string | Spec | Objective;
/** An optimiser, its name with options such as `adam(lr=0.002)`, or the same as plain data. */
export type OptimizerChoice = string | Spec | Optimizer;
/** A schedule of the learning rate, its name with options such as `cosine(warmup=500)`, or the same as plain data. */
export type ScheduleChoice = string | Spec | Schedule;

const million = 1_000_000;

/** The learning rate of a part of the model. */
function partRate(part: string): Field<number | "none"> {
  return orNone(
    {
      about: `Learning rate of the ${part}'s parameters`,
      more: "0 leaves them as they are; `none` takes it off a resumed run.",
      default: { words: "that of all" },
      placeholder: "X",
      resume: "free",
    },
    "must be a number from 0, such as 0.0005, or none",
    (value) => value >= 0,
  );
}

/** What a run can be told of its training. */
export const trainingFields = {
  /** elbo, simple, ... or name(key=value); see `latent list`; default elbo. */
  objective: made(
    {
      about: "elbo, simple, ... or name(key=value); see `latent list`",
      default: { value: "elbo" },
      placeholder: "NAME",
    },
    (value: ObjectiveChoice) => objectives.take("", value),
  ),
  /** The update rule, such as adamw(weight-decay=0.01); see `latent list`; default adam. Its options that need no new moments (lr, eps, weight decay) may change when a run is resumed. */
  optimizer: made(
    {
      about: "The update rule, such as adamw(weight-decay=0.01); see `latent list`",
      more: "Its options that need no new moments (lr, eps, weight decay) may change when a run is resumed.",
      default: { value: "adam" },
      placeholder: "NAME",
      resume: "free",
    },
    (value: OptimizerChoice) => optimizers.take("", value),
  ),
  /** Learning rate; default the optimiser's, 0.001 for adam. In place of the optimiser's own; may change when a run is resumed. */
  lr: positive({
    about: "Learning rate",
    more: "In place of the optimiser's own; may change when a run is resumed.",
    default: { words: "the optimiser's, 0.001 for adam" },
    placeholder: "X",
    resume: "free",
  }),
  /** How the learning rate goes, such as cosine(warmup=500); see `latent list`; default constant. It counts updates of the weights, and knows their number from `epochs`; may change when a run is resumed. */
  schedule: made(
    {
      about: "How the learning rate goes, such as cosine(warmup=500); see `latent list`",
      more: "It counts updates of the weights, and knows their number from `epochs`; may change when a run is resumed.",
      default: { value: "constant" },
      placeholder: "NAME",
      resume: "free",
    },
    (value: ScheduleChoice) => schedules.take("", value),
  ),
  /** Learning rate of the encoder's parameters; default that of all. 0 leaves them as they are; `none` takes it off a resumed run. */
  lrEncoder: partRate("encoder"),
  /** Learning rate of the decoder's parameters; default that of all. 0 leaves them as they are; `none` takes it off a resumed run. */
  lrDecoder: partRate("decoder"),
  /** Learning rate of the prior's parameters; default that of all. 0 leaves them as they are; `none` takes it off a resumed run. */
  lrPrior: partRate("prior"),
  /** Limit of the norm of all gradients together; default none. The norm, before it is limited, is then reported as `gradientNorm`, averaged over an epoch's updates. `none` takes it off a resumed run. */
  clipNorm: orNone(
    {
      about: "Limit of the norm of all gradients together",
      more:
        "The norm, before it is limited, is then reported as `gradientNorm`, averaged over an epoch's updates. `none` takes " +
        "it off a resumed run.",
      default: { words: "none" },
      placeholder: "X",
      resume: "free",
    },
    "must be a number above 0, such as 1, or none",
    (value) => value > 0,
  ),
  /** Limit of every number of the gradients; default none. Numbers are limited before the norm is. `none` takes it off a resumed run. */
  clipValue: orNone(
    {
      about: "Limit of every number of the gradients",
      more: "Numbers are limited before the norm is. `none` takes it off a resumed run.",
      default: { words: "none" },
      placeholder: "X",
      resume: "free",
    },
    "must be a number above 0, such as 1, or none",
    (value) => value > 0,
  ),
  /** Updates in a row that may be left out for gradients that are not finite; default none. Such an update leaves weights, moments and running statistics as they are, and its examples out of the reported terms; with so many in a row the run stops. `none` takes it off a resumed run. */
  skipNonFinite: orNone(
    {
      about: "Updates in a row that may be left out for gradients that are not finite",
      more:
        "Such an update leaves weights, moments and running statistics as they are, and its examples out of the reported " +
        "terms; with so many in a row the run stops. `none` takes it off a resumed run.",
      default: { words: "none" },
      placeholder: "N",
      resume: "free",
    },
    "must be a whole number from 1 to 1,000,000, or none",
    (value) => Number.isInteger(value) && value >= 1 && value <= million,
  ),
  /** Steps whose gradients are averaged for one update; default 1. As if batches were so many times as large, in the memory of one. */
  accumulate: whole(1, million, {
    about: "Steps whose gradients are averaged for one update",
    more: "As if batches were so many times as large, in the memory of one.",
    default: { value: 1 },
    placeholder: "N",
  }),
  /** Decay of a moving average of the weights, such as 0.999; default none. The average is then what is evaluated, kept as the model and exported; checkpoints have both. */
  ema: number(
    {
      about: "Decay of a moving average of the weights, such as 0.999",
      more: "The average is then what is evaluated, kept as the model and exported; checkpoints have both.",
      default: { words: "none" },
      placeholder: "X",
    },
    "must be a number from 0 to below 1, such as 0.999",
    (value) => value >= 0 && value < 1,
  ),
  /** Passes over the training examples; default 10. */
  epochs: whole(1, million, {
    about: "Passes over the training examples",
    default: { value: 10 },
    placeholder: "N",
    resume: "free",
  }),
  /** Examples a step; default 128. The last batch of an epoch may be smaller. */
  batchSize: whole(1, million, {
    about: "Examples a step",
    more: "The last batch of an epoch may be smaller.",
    default: { value: 128 },
    placeholder: "N",
    flag: "batch",
  }),
  /** Of first weights, order and noise; default 0. */
  seed: whole(0, Number.MAX_SAFE_INTEGER, {
    about: "Of first weights, order and noise",
    default: { value: 0 },
    placeholder: "N",
  }),
  /** Share (below 1) or number (1 and more) of training examples to hold out; default 0. */
  validation: number(
    {
      about: "Share (below 1) or number (1 and more) of training examples to hold out",
      default: { value: 0 },
      placeholder: "X",
    },
    "must be a share between 0 and 1, or a whole number of examples",
    (value) => value >= 0 && (value < 1 || Number.isInteger(value)),
  ),
  /** Stop after N epochs without improvement and keep the best weights; default never. Takes held-out examples, and a folder to keep the best weights in: elsewhere the last are returned. */
  patience: whole(1, million, {
    about: "Stop after N epochs without improvement and keep the best weights",
    more: "Takes held-out examples, and a folder to keep the best weights in: elsewhere the last are returned.",
    default: { words: "never" },
    placeholder: "N",
    resume: "free",
  }),
  /** Grey levels to black and white: none, dynamic, static, threshold; default none. */
  binarize: choice(binarizations, {
    about: "Grey levels to black and white: none, dynamic, static, threshold",
    default: { value: "none" },
    placeholder: "MODE",
  }),
  /** Pictures changed at random in training, such as flip,shift(2),crop(4),brightness(0.1); default none. flip mirrors half of them (flip-vertical upside down), shift moves by up to so many pixels, crop enlarges a part up to so many pixels smaller, brightness multiplies by up to so much more or less; evaluation sees them as they are. */
  augment: made(
    {
      about: "Pictures changed at random in training, such as flip,shift(2),crop(4),brightness(0.1)",
      more:
        "flip mirrors half of them (flip-vertical upside down), shift moves by up to so many pixels, crop enlarges a part " +
        "up to so many pixels smaller, brightness multiplies by up to so much more or less; evaluation sees them as they are.",
      default: { words: "none" },
      placeholder: "CHANGES",
    },
    (value: string | readonly string[]) => augmentationText(value),
  ),
  /** Numbers to mean 0 and deviation 1: none, each by itself, all alike; true for what suits the data; default none. What is learned of the training examples is stored with the model, whose examples come and go in the data's own units; losses are those of the standardised numbers. */
  standardize: custom<boolean | Standardization>(
    {
      about:
        "Numbers to mean 0 and deviation 1: none, each by itself, all alike; true for what suits the data",
      more:
        "What is learned of the training examples is stored with the model, whose examples come and go in the data's " +
        "own units; losses are those of the standardised numbers.",
      default: { value: "none" },
      placeholder: "MODE",
    },
    `must be one of ${standardizations.join(", ")}, true or false`,
    (value) => typeof value === "boolean" || standardizations.includes(value as Standardization),
  ),
  /** Order of examples: full, or blocks, which slow disks read faster; default full. */
  shuffle: choice(shuffles, {
    about: "Order of examples: full, or blocks, which slow disks read faster",
    default: { value: "full" },
    placeholder: "NAME",
  }),
  /** What new examples are drawn by, such as gmm(components=200), fitted to the codes; default prior. The report's are, and those of `latent generate` unless it is told otherwise. */
  sampler: text({
    about: "What new examples are drawn by, such as gmm(components=200), fitted to the codes",
    more: "The report's are, and those of `latent generate` unless it is told otherwise.",
    default: { value: "prior" },
    placeholder: "NAME",
    resume: "free",
  }),
  /** How often examples come: none, each once an epoch; classes, all classes equally often; labels; default none. Labelled examples of rare classes then come again and again, of frequent ones others in each epoch; with labels, labelled examples also have half of the places, as semi-supervised training likes. */
  balance: choice(balances, {
    about: "How often examples come: none, each once an epoch; classes, all classes equally often; labels",
    more: "Labelled examples of rare classes then come again and again, of frequent ones others in each epoch; with labels, labelled examples also have half of the places, as semi-supervised training likes.",
    default: { value: "none" },
    placeholder: "NAME",
  }),
  /** Hide the labels of all training examples but N, as many of each class; default all are used. To try what semi-supervised training (objective m2) makes of few labels. */
  labelled: whole(1, 2 ** 31 - 1, {
    about: "Hide the labels of all training examples but N, as many of each class",
    more: "To try what semi-supervised training (objective m2) makes of few labels.",
    default: { words: "all are used" },
    placeholder: "N",
  }),
  /** auto, cpu, cuda, webgpu, ...; see `latent devices`; default auto. */
  device: text({
    about: "auto, cpu, cuda, webgpu, ...; see `latent devices`",
    default: { value: "auto" },
    placeholder: "NAME",
    resume: "free",
  }),
  /** Threads of the CPU engine; default one a core, or as many as the run to resume had. */
  threads: whole(1, 1024, {
    about: "Threads of the CPU engine",
    default: { words: "one a core, or as many as the run to resume had" },
    placeholder: "N",
    resume: "free",
  }),
} as const;
