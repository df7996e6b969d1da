import { be, type Check, type OptionInfo } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import { type DecayGroup, decayGroups } from "./decay.js";

/** Options of weight decay. */
export interface DecayOptions {
  /** Weight decay; default 0. */
  readonly weightDecay?: number;
  /**
   * What it acts on: `weights`, which leaves out biases and the parameters of normalisation layers and of the prior, or
   * `all`, as PyTorch has it unless parameters are grouped. Default `weights`.
   */
  readonly decay?: DecayGroup;
}

/** A number from 0 to below 1. */
export const share: Check = {
  expected: "in 0..1 (1 excluded)",
  ok: (value) => typeof value === "number" && value >= 0 && value < 1,
};

/** Checks of options that several optimisers have. */
export const checks = {
  lr: be.positive,
  beta1: share,
  beta2: share,
  eps: be.number(0),
  weightDecay: be.number(0),
  decay: be.oneOf(decayGroups),
  momentum: be.number(0),
} as const satisfies Readonly<Record<string, Check>>;

/** Descriptions of options that several optimisers have. */
export const infos = {
  lr: (value: number): OptionInfo => ({ type: "number", default: value, about: "learning rate" }),
  beta1: (value: number): OptionInfo => ({
    type: "number",
    min: 0,
    default: value,
    about: "decay of the mean of gradients",
  }),
  beta2: (value: number, of = "the mean of squared gradients"): OptionInfo => ({
    type: "number",
    min: 0,
    default: value,
    about: `decay of ${of}`,
  }),
  eps: (value = 1e-8): OptionInfo => ({ type: "number", min: 0, default: value, about: "added to the root" }),
  momentum: (about = "share of the step before in each step"): OptionInfo => ({
    type: "number",
    min: 0,
    default: 0,
    about,
  }),
  flag: (about: string): OptionInfo => ({ type: "boolean", default: false, about }),
  decays: (value = 0): { readonly weightDecay: OptionInfo; readonly decay: OptionInfo } => ({
    weightDecay: { type: "number", min: 0, default: value, about: "weight decay" },
    decay: {
      type: "text",
      choices: decayGroups,
      default: "weights",
      about: "what decays: weights, or all (biases, norms and the prior too)",
    },
  }),
};

/** What a resumed run may change of every optimiser that has it. */
export const changeable = ["lr", "eps", "weightDecay", "decay"] as const;

/** The arrays and numbers that an update is handed; throws an Error if there are others than the optimiser has. */
export function handed<T>(name: string, what: string, values: readonly T[], count: number): readonly T[] {
  if (values.length === count) return values;
  throw new Error(`${name}.update takes ${count} ${what}, got ${values.length}`);
}

/** Throws a UserError unless `holds`. */
export function requireThat(holds: boolean, message: string): void {
  if (!holds) throw new UserError(message, 2);
}
