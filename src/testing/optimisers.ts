import { input } from "../graph/index.js";
import { type Decays, type Optimizer, optimizers } from "../optim/index.js";
import { golden, numbersOf, worstError } from "./evaluate.js";

/** Where an optimiser stands: a parameter and its slots, in float64. */
export interface Standing {
  readonly parameter: readonly number[];
  readonly slots: readonly (readonly number[])[];
}

/** The standing before the first step. */
export function standingAt(optimizer: Optimizer, parameter: readonly number[]): Standing {
  const slots = optimizer.slots.map((slot) => parameter.map(() => optimizer.slotStart?.(slot) ?? 0));
  return { parameter, slots };
}

/** The standing after step `step`, counted from 1, along a gradient. */
export async function stepped(
  optimizer: Optimizer,
  { parameter, slots }: Standing,
  gradient: readonly number[],
  step: number,
  { factor = 1, decays }: { readonly factor?: number; readonly decays?: Decays } = {},
): Promise<Standing> {
  const array = (name: string) => input(name, "float64", [parameter.length]);
  const scalars = optimizer.scalars.map((name) => input(name, "float64", []));
  const nodes = slots.map((_, i) => array(`slot${i}`));
  const update = optimizer.update(array("parameter"), array("gradient"), nodes, scalars, decays);
  const next = Object.fromEntries(update.slots.map((slot, i) => [`next${i}`, slot]));
  const numbers = optimizer.scalarsAt(step, factor);
  const results: Readonly<Record<string, number[]>> = await numbersOf(
    { parameter: update.parameter, ...next },
    {
      parameter,
      gradient,
      ...Object.fromEntries(slots.map((slot, i) => [`slot${i}`, slot])),
      ...Object.fromEntries(optimizer.scalars.map((name, i) => [name, numbers[i] as number])),
    },
  );
  return { parameter: results.parameter ?? [], slots: slots.map((_, i) => results[`next${i}`] as number[]) };
}

/** What PyTorch's optimisers did in 20 steps; made by goldens/generate/optimisers.py. */
export interface TorchSteps {
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  /** By which the learning rate was multiplied in each step. */
  readonly factors: readonly number[];
  readonly cases: readonly {
    readonly optimiser: string;
    readonly parameters: readonly (readonly number[])[];
  }[];
  readonly clipNorm: {
    readonly maxNorm: number;
    readonly steps: readonly { readonly norm: number; readonly gradient: readonly number[] }[];
  };
  readonly ema: {
    readonly decay: number;
    readonly lr: number;
    readonly parameters: readonly (readonly number[])[];
  };
}

export const torchSteps = golden("optimisers.json") as TorchSteps;

/** The golden choices of one optimiser. */
export function torchCases(name: string): readonly string[] {
  const texts = torchSteps.cases.map(({ optimiser }) => optimiser);
  return texts.filter((text) => text === name || text.startsWith(`${name}(`));
}

/**
 * The largest relative error against PyTorch over 20 steps, half of them by an optimiser that is made anew in the middle, as
 * a resumed run does.
 */
export async function errorAgainstTorch(text: string): Promise<number> {
  const expected = torchSteps.cases.find(({ optimiser }) => optimiser === text)?.parameters ?? [];
  let optimizer = optimizers.from(text);
  let standing = standingAt(optimizer, torchSteps.start);
  let worst = 0;
  for (const [k, gradient] of torchSteps.gradients.entries()) {
    if (k === 10) optimizer = optimizers.from(text);
    standing = await stepped(optimizer, standing, gradient, k + 1, { factor: torchSteps.factors[k] ?? 1 });
    worst = Math.max(worst, worstError(standing.parameter, expected[k] ?? []).error);
  }
  return worst;
}
