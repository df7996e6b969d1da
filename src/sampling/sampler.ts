import { be, requireArgument, requireOptions, valueInWords } from "../catalogue/index.js";
import {
  aCondition,
  aTrainedModel,
  type Condition,
  type ExampleBatch,
  type TrainedVae,
} from "../model/index.js";
import { type Tensor, UserError } from "../tensor/index.js";

/** Something that draws latents to decode. */
export interface LatentSampler {
  /** How it is chosen: `prior`, `gmm`, `flow`. */
  readonly name: string;
  /** One line for people: what was fitted, and how well. */
  readonly description: string;
  /**
   * `n` latents [n, latent], for what a conditional model is given, if the sampler goes by that; draw i depends on the seed and i
   * alone, not on n.
   */
  draw(n: number, seed: number, condition?: Condition): Promise<Tensor<"float32">>;
}

const aSampler = be.having(["name", "draw"], "a sampler, such as priorSampler(model) gives");

/** The number of draws, or a UserError for what is none. */
export function requireCount(n: number): number {
  if (Number.isInteger(n) && n >= 1) return n;
  throw new UserError(`the number of samples must be from 1, got ${valueInWords(n)}`, 2);
}

/** The model's own prior. */
export function priorSampler(model: TrainedVae): LatentSampler {
  requireArgument("priorSampler", "the model", model, aTrainedModel);
  return {
    name: "prior",
    description: `the prior ${model.definition.prior.name}`,
    draw: (n, seed, condition) =>
      model.samplePrior(n, { seed, ...(condition !== undefined && { condition }) }),
  };
}

/**
 * `n` new examples: draws of the sampler, decoded to the likelihood's means or, with `draw`, to draws of it; of a conditional model
 * with its classes, or as `condition` says. Throws a UserError if n is no whole number from 1, or if the sampler
 * was fitted to codes of another size.
 */
export async function generateFrom(
  model: TrainedVae,
  sampler: LatentSampler,
  n: number,
  seed = 0,
  options: { readonly draw?: boolean; readonly condition?: Condition } = {},
): Promise<ExampleBatch> {
  requireArgument("generateFrom", "the model", model, aTrainedModel);
  requireArgument("generateFrom", "the sampler", sampler, aSampler);
  requireArgument("generateFrom", "the seed", seed, be.seed);
  requireOptions("generateFrom", options, { draw: be.boolean, condition: aCondition });
  const { draw = false, condition = model.classes && model.drawClasses(requireCount(n), { seed }) } = options;
  const given = condition !== undefined && { condition };
  return model.decode(await sampler.draw(requireCount(n), seed, condition), { draw, seed, ...given });
}
