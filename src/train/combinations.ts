import { parseSpec } from "../catalogue/index.js";
import type { Dataset } from "../data/index.js";
import { distributions, type Role } from "../distributions/index.js";
import { type Vae, vae } from "../model/index.js";
import { objectives } from "../objectives/index.js";
import { adam } from "../optim/index.js";
import type { Engine } from "../runtime/index.js";
import { RandomStream, UserError } from "../tensor/index.js";
import { EngineState } from "./engine-state.js";
import { initialState } from "./state.js";
import { lossOutput, trainingStep } from "./step.js";
import { Stepper } from "./stepper.js";

/** A posterior, prior, likelihood and objective, as texts of the command line. */
export interface Combination {
  readonly posterior: string;
  readonly prior: string;
  readonly likelihood: string;
  readonly objective: string;
}

/** The notebook's choice, from which a list of combinations departs. */
export const usualCombination: Combination = {
  posterior: "normal",
  prior: "normal",
  likelihood: "bernoulli",
  objective: "elbo",
};

/** Families that take options, with some that make sense in two latent coordinates. */
const withOptions: Readonly<Record<string, string>> = {
  product: "product(a=[1, normal], b=laplace)",
  samples: "samples(points=[[0, 1], [1, 0], [0, -1], [-1, 0]])",
};

/** The families that can take a role for examples of any shape, as texts. */
export function familiesFor(role: Role): string[] {
  const families = distributions
    .list()
    .filter(({ roles, shape }) => roles.includes(role) && shape === undefined);
  return families.map(({ name }) => withOptions[name] ?? name);
}

/** All objectives that take any model, as texts. */
export function objectiveNames(): string[] {
  return objectives.list().flatMap(({ name, conditional }) => (conditional ? [] : [name]));
}

function modelOf(
  choice: Combination,
  input: readonly number[],
  latent: number,
  hidden?: readonly number[],
): Vae {
  return vae({
    input,
    latent,
    ...(hidden && { hidden }),
    posterior: distributions.from(choice.posterior),
    prior: distributions.from(choice.prior),
    likelihood: distributions.from(choice.likelihood),
  });
}

/** Examples that an objective takes. */
function inputFor(objective: string): readonly number[] {
  return objectives.find(parseSpec(objective).name)?.shape ?? [4];
}

/**
 * Why a combination can't be trained, or undefined if it can: what building its training step says, for examples
 * of shape `input`; default such as its objective takes. Errors that are not refusals (a UserError) are thrown.
 */
export function whyImpossible(
  combination: Combination,
  input: readonly number[] = inputFor(combination.objective),
  latent = 2,
): string | undefined {
  try {
    const model = modelOf(combination, input, latent, [4]);
    const options = { optimizer: adam(), batch: 8, stored: "float32", datasetSize: 100 } as const;
    trainingStep(model, { ...options, objective: objectives.from(combination.objective) });
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** For each posterior, the priors that `objective` can train it with. */
export function priorsByPosterior(objective = "elbo"): ReadonlyMap<string, readonly string[]> {
  const priors = familiesFor("prior");
  const entries = familiesFor("posterior").map((posterior) => {
    const works = (prior: string): boolean =>
      whyImpossible({ ...usualCombination, posterior, prior, objective }) === undefined;
    return [posterior, priors.filter(works)] as const;
  });
  return new Map(entries);
}

/** A table of combinations: two of the four choices vary, the others are the usual ones. */
export interface CombinationTable {
  readonly name: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  at(row: string, column: string): Combination;
}

/** Every posterior x prior with `elbo`, every objective x posterior, every likelihood x objective. */
export function combinationsOf(): CombinationTable[] {
  const posteriors = familiesFor("posterior");
  const objectives = objectiveNames();
  const natural = new Map(posteriors.map((posterior) => [posterior, naturalPrior(posterior)]));
  return [
    {
      name: "posterior-prior",
      rows: posteriors,
      columns: familiesFor("prior"),
      at: (posterior, prior) => ({ ...usualCombination, posterior, prior }),
    },
    {
      name: "objective-posterior",
      rows: objectives,
      columns: posteriors,
      at: (objective, posterior) => ({
        ...usualCombination,
        objective,
        posterior,
        prior: natural.get(posterior) ?? usualCombination.prior,
      }),
    },
    {
      name: "likelihood-objective",
      rows: familiesFor("likelihood"),
      columns: objectives,
      at: (likelihood, objective) => ({ ...usualCombination, likelihood, objective }),
    },
  ];
}

/** The prior to go with a posterior: the standard normal where it fits, else one of its own support. */
function naturalPrior(posterior: string): string {
  const candidates = [
    "normal",
    posterior,
    "hyperspherical-uniform",
    "dirichlet",
    "one-hot-categorical",
    "uniform-codes",
  ];
  const fits = candidates.filter((prior) => familiesFor("prior").includes(prior));
  return (
    fits.find((prior) => whyImpossible({ ...usualCombination, posterior, prior }) === undefined) ?? "normal"
  );
}

/** What became of a combination. */
export type CombinationResult =
  | { readonly outcome: "trained"; readonly first: number; readonly last: number }
  | { readonly outcome: "refused"; readonly detail: string }
  | { readonly outcome: "failed"; readonly detail: string };

/**
 * Trains a combination for some steps of 64 examples in two latent coordinates, in an engine of its own. It has
 * failed if a number isn't finite or the loss, averaged over the last ten steps, isn't below that of the first ten.
 */
export async function tryCombination(
  engine: Engine,
  combination: Combination,
  data: Dataset,
  steps: number,
  latent = 2,
): Promise<CombinationResult> {
  try {
    const detail = whyImpossible(combination, inputFor(combination.objective), latent);
    if (detail !== undefined) return { outcome: "refused", detail };
  } catch (error) {
    return { outcome: "failed", detail: String(error) };
  }
  const model = modelOf(combination, data.shape, latent);
  const optimizer = adam();
  const objective = objectives.from(combination.objective);
  const { examples, length } = data.train;
  const stored = examples.dtype;
  const batch = 64;
  const options = { objective, optimizer, batch, stored, datasetSize: length };
  const stepper = await Stepper.open(engine, model, options);
  const state = initialState(model, { optimizer }, 0);
  await new EngineState(engine, model, { optimizer }).put(state.tensors);
  await engine.put({ data: { ...examples, shape: [length, model.dataSize] } });
  const order = new RandomStream(0, "combination").permutation(length).slice(0, steps * batch);
  const place = { seed: 0, stride: batch, examples: { data: "data" } };
  const results = await stepper.run(order, steps, 0, place);
  for (const [name, { data: values }] of Object.entries(results)) {
    const bad = Array.from(values, Number).findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) return { outcome: "failed", detail: `${name} became ${values[bad]} at step ${bad + 1}` };
  }
  const losses = Array.from(results[lossOutput]?.data ?? [], Number);
  const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
  const [first, last] = [mean(losses.slice(0, 10)), mean(losses.slice(-10))];
  if (last < first) return { outcome: "trained", first, last };
  return {
    outcome: "failed",
    detail: `the loss went from ${first.toPrecision(5)} to ${last.toPrecision(5)}`,
  };
}
