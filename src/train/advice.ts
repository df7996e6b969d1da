import { type ExampleSchema, isStandardized } from "../data/portable.js";
import { type Family, isWithinSupport } from "../distributions/index.js";
import type { Vae } from "../model/index.js";
import { trainableSpecs } from "../nn/index.js";
import { rateParts, ratesOf, type Schedule, type UpdateRule } from "../optim/index.js";

/** The warning for a collapsed posterior: what was measured, what it means, what to change. */
export function collapseAdvice(
  measured: string,
  objective: string,
  { condition, likelihood }: Partial<Pick<Vae, "condition" | "likelihood">> = {},
): string {
  const remedy =
    objective === "simple"
      ? "Its penalties on the mean and variance outweigh the reconstruction error, a mean over the numbers of an example; " +
        "use --objective elbo."
      : "Train longer, lower the weight of the KL term or raise it slowly (KL annealing, free bits), " +
        "or use a weaker decoder.";
  if (likelihood?.support === "columns") {
    return (
      `posterior collapse: ${measured}. The latent variable says nothing about the row: the likelihood predicts each column ` +
      "from the others, and rows drawn still vary. Codes are of no use; for codes, lower the weight of the KL term."
    );
  }
  const meaning =
    condition === undefined
      ? "The latent variable says nothing about the input and every output is the same."
      : "The latent variable says nothing about the input beside its class, and every output of a class is the same.";
  return `posterior collapse: ${measured}. ${meaning} ${remedy}`;
}

/** The share of the first weights in an average of the weights from which on there is a warning. */
const tellingShare = 0.05;

/** The warning for an average that will still be much of a run's first weights at its end, if it will. */
export function averageAdvice(decay: number, updates: number): string | undefined {
  const share = decay ** (updates - 1);
  if (share <= tellingShare) return undefined;
  const fitting = [0.9999, 0.999, 0.99, 0.9].find(
    (other) => other < decay && other ** (updates - 1) <= tellingShare,
  );
  const smaller = fitting === undefined ? "a smaller `ema`" : `a smaller \`ema\`, such as ${fitting}`;
  return (
    `the average of the weights (\`ema\` ${decay}) will still be ${Math.round(100 * share)} % the first weights after the ` +
    `run's ${updates.toLocaleString("en-US")} updates: take ${smaller}, or more epochs`
  );
}

/** The warning for a schedule whose warm-up outlasts the run, if it does. */
export function warmupAdvice(schedule: Schedule | undefined, updates: number): string | undefined {
  const warmup = Number(schedule?.config["warmup"] ?? 0);
  if (!(warmup >= updates)) return undefined;
  return (
    `the warm-up of ${warmup} updates is as long as the run, which has ${updates}: the learning rate never reaches its own. ` +
    "Take a shorter `warmup`, or train for more epochs."
  );
}

/** The warning for a learning rate of a part that has nothing to train, if there is one. */
export function idleRateAdvice(rule: UpdateRule, model: Pick<Vae, "parameters">): string | undefined {
  const trained = Object.keys(trainableSpecs(model.parameters));
  const rates = ratesOf(rule);
  const idle = rateParts.filter(
    (part) => rates[part] !== undefined && !trained.some((name) => name.startsWith(`${part}.`)),
  );
  if (idle.length === 0) return undefined;
  return `the ${idle.join(" and the ")} of this model has no parameters to train: its own learning rate does nothing.`;
}

/** The warning for a run that is resumed with another number of threads than it had. */
export function otherThreads(before: number, now: number | null): string {
  return (
    `the run was trained with ${before} thread${before === 1 ? "" : "s"} so far, and goes on with ${now ?? "a GPU"}: ` +
    "the weights may differ in their last bits from those of a run that kept to one number"
  );
}

/** Numbers further from 0 than this, not standardised, are likely why training diverged. */
const wide = 10;

/** Numbers further from 0 than this are worth a warning before training. */
const veryWide = 100;

type Likelihood = Pick<Family, "support">;

function farthest(schema: ExampleSchema): readonly [number, number] | undefined {
  return schema.kind === "columns" || isStandardized(schema) ? undefined : schema.range;
}

function takesStandardized({ support }: Likelihood): boolean {
  return support === "real" || isWithinSupport(support, "real");
}

const standardiseThem = "standardise them (standardize: true, --standardize each)";

/** Warns of data so far from 0 that a network will learn slowly from them, where standardising would help. */
export function wideDataAdvice(schema: ExampleSchema, likelihood: Likelihood): string | undefined {
  const [least, greatest] = farthest(schema) ?? [0, 0];
  if (Math.max(-least, greatest) <= veryWide || !takesStandardized(likelihood)) return undefined;
  return (
    `the data go from ${short(least)} to ${short(greatest)}; networks learn slowly from numbers that far from 0: ` +
    `${standardiseThem}.`
  );
}

/** What to do when a number became NaN or infinite: about the data if they go far from 0, else about the steps. */
export function divergenceAdvice(schema: ExampleSchema, likelihood: Likelihood): string {
  const [least, greatest] = farthest(schema) ?? [0, 0];
  if (Math.max(-least, greatest) <= wide) {
    return "Lower the learning rate (--lr), or check the data for extreme values.";
  }
  return (
    `The data go from ${short(least)} to ${short(greatest)}, too far for a network as they are: ` +
    (takesStandardized(likelihood)
      ? `${standardiseThem}.`
      : `this likelihood can't have them standardised; scale them down, or ${standardiseThem} and choose a likelihood of ` +
        "all real numbers, such as normal.")
  );
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
