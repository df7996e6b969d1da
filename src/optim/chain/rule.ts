import { UserError } from "../../tensor/index.js";
import { type Optimizer, slotName } from "../optimizer.js";

/** Parts of a model that may have learning rates of their own. */
export const rateParts = ["encoder", "decoder", "prior"] as const;

/** How weights are updated: an optimiser, what is done with all gradients before it, and with all weights after it. */
export interface UpdateRule {
  readonly optimizer: Optimizer;
  /** Steps whose gradients are averaged for one update; default 1. */
  readonly accumulate?: number | undefined;
  /** Numbers of gradients are limited to -clipValue..clipValue. */
  readonly clipValue?: number | undefined;
  /** The norm of all gradients together is limited to this. */
  readonly clipNorm?: number | undefined;
  /** Updates with gradients that are not finite are left out; so many in a row end the run. */
  readonly skipNonFinite?: number | undefined;
  /** The decay of a moving average of the weights. */
  readonly ema?: number | undefined;
  /** Learning rates in place of the optimiser's for the parameters of encoder, decoder and prior; 0 leaves them as they are. */
  readonly lrEncoder?: number | undefined;
  readonly lrDecoder?: number | undefined;
  readonly lrPrior?: number | undefined;
}

/** An array that is kept beside each parameter. */
export interface Slot {
  /** Its name, for a parameter's. */
  nameOf(parameter: string): string;
  /** What it is filled with before the first step; `parameter` for the parameter's own values. */
  readonly start: number | "parameter";
}

/** The slot with the gradients that are gathered for an update. */
export const gatheredName = (parameter: string): string => `accumulate:${parameter}`;
/** The slot with the moving average of a parameter. */
export const averageName = (parameter: string): string => `ema:${parameter}`;

/** What a rule keeps beside each parameter: the optimiser's slots, gathered gradients, the moving average. */
export function slotsOf({ optimizer, accumulate = 1, ema }: UpdateRule): readonly Slot[] {
  return [
    ...optimizer.slots.map((slot) => ({
      nameOf: (parameter: string) => slotName(optimizer, slot, parameter),
      start: optimizer.slotStart?.(slot) ?? 0,
    })),
    ...(accumulate > 1 ? [{ nameOf: gatheredName, start: 0 }] : []),
    ...(ema !== undefined ? [{ nameOf: averageName, start: "parameter" as const }] : []),
  ];
}

/** The optimiser's learning rate, if it has one. */
export function learningRate({ config }: Optimizer): number | undefined {
  return typeof config.lr === "number" ? config.lr : undefined;
}

/** The learning rates that parts of a model have of their own. */
export const ratesOf = (
  rule: UpdateRule,
): Readonly<Record<(typeof rateParts)[number], number | undefined>> => ({
  encoder: rule.lrEncoder,
  decoder: rule.lrDecoder,
  prior: rule.lrPrior,
});

/** Throws a UserError if parts have learning rates of their own, but the optimiser has none. */
export function requireRates(rule: UpdateRule): void {
  for (const part of rateParts) stepScale(rule, `${part}.`);
}

/**
 * By what the optimiser's steps are multiplied for a parameter, so that it has the learning rate of its part. Throws a
 * UserError for a part's learning rate if the optimiser has none.
 */
export function stepScale(rule: UpdateRule, parameter: string): number {
  const rates = ratesOf(rule);
  const part = rateParts.find((name) => parameter.startsWith(`${name}.`));
  const own = part === undefined ? undefined : rates[part];
  if (own === undefined) return 1;
  const lr = learningRate(rule.optimizer);
  if (lr !== undefined) return own / lr;
  throw new UserError(
    `the optimiser ${rule.optimizer.name} has no learning rate; leave \`lrEncoder\`, \`lrDecoder\` and \`lrPrior\` out`,
    2,
  );
}
