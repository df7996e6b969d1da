import type { Spec } from "../catalogue/index.js";
import { binarizations, type Standardization, standardizations } from "../data/portable.js";
import { shuffles } from "../feed/index.js";
import { type Objective, objectives } from "../objectives/index.js";
import { type Optimizer, optimizers } from "../optim/index.js";
import { choice, custom, made, number, positive, text, whole } from "./field.js";

/** An objective, its name with options such as `beta-vae(beta=4)`, or the same as plain data. */
export type ObjectiveChoice = string | Spec | Objective;
/** An optimiser, its name with options such as `adam(lr=0.002)`, or the same as plain data. */
export type OptimizerChoice = string | Spec | Optimizer;

const million = 1_000_000;

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
  /** The update rule, such as adam(lr=0.002); default adam. Its options that need no new moments (lr, eps) may change when a run is resumed. */
  optimizer: made(
    {
      about: "The update rule, such as adam(lr=0.002)",
      more: "Its options that need no new moments (lr, eps) may change when a run is resumed.",
      default: { value: "adam" },
      placeholder: "NAME",
      resume: "free",
    },
    (value: OptimizerChoice) => optimizers.take("", value),
  ),
  /** Learning rate; default 0.001. In place of the optimiser's own; may change when a run is resumed. */
  lr: positive({
    about: "Learning rate",
    more: "In place of the optimiser's own; may change when a run is resumed.",
    default: { value: 0.001 },
    placeholder: "X",
    resume: "free",
  }),
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
