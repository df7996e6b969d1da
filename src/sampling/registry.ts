import {
  type FamilySpec,
  type OptionInfo,
  parseSpec,
  readOptions,
  suggestion,
} from "../distributions/index.js";
import type { TrainedVae } from "../model/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import type { Platform } from "../train/portable.js";
import { fitFlowOn } from "./flow.js";
import { fitGaussianMixture } from "./gaussian-mixture.js";
import { type LatentSampler, priorSampler } from "./sampler.js";

/** What a sampler may be made from. */
export interface SamplerSource {
  readonly model: TrainedVae;
  /** Codes of training examples [n, latent]; asked for by samplers that are fitted to them. */
  codes(): Promise<Tensor<"float32">>;
  /** Where fits that need an engine run. */
  readonly platform: Platform;
  /** Seed of the fit; default 0. */
  readonly seed?: number;
}

/** What is known of a sampler that can be chosen by name. */
export interface SamplerInfo {
  readonly name: string;
  /** One line. */
  readonly description: string;
  readonly options: Readonly<Record<string, OptionInfo>>;
  /** Makes it; the types of the options have been checked. */
  make(options: Readonly<Record<string, unknown>>, source: SamplerSource): Promise<LatentSampler>;
}

const shipped: readonly SamplerInfo[] = [
  {
    name: "prior",
    description: "the model's prior",
    options: {},
    make: async (_options, { model }) => priorSampler(model),
  },
  {
    name: "gmm",
    description: "a mixture of normal distributions fitted to the training examples' codes",
    options: {
      components: { type: "integer", min: 1, max: 1000, default: 10, about: "how many" },
      iterations: { type: "integer", min: 1, default: 200, about: "rounds of EM at most" },
    },
    make: async (options, { codes, seed = 0 }) => fitGaussianMixture(await codes(), { ...options, seed }),
  },
  {
    name: "flow",
    description: "a normalising flow fitted to the training examples' codes",
    options: {
      layers: { type: "integer", min: 1, max: 100, default: 6, about: "coupling layers" },
      hidden: { type: "numbers", default: [64, 64], about: "hidden sizes of each layer's network" },
      epochs: { type: "integer", min: 1, default: 20, about: "passes over the codes" },
    },
    make: async (options, { codes, platform, seed = 0 }) =>
      fitFlowOn(platform, await codes(), { ...options, seed }),
  },
];

/** All samplers that can be chosen by name. */
export function listSamplers(): readonly SamplerInfo[] {
  return shipped;
}

/**
 * The sampler that a text such as `prior`, `gmm(components=20)` or `flow` names, fitted where it has to be. Throws a
 * UserError, with a suggestion where one is near, for a name or option that does not exist, and what the fit throws.
 */
export function samplerFrom(spec: string | FamilySpec, source: SamplerSource): Promise<LatentSampler> {
  const { name, config } = typeof spec === "string" ? parseSpec(spec) : spec;
  const info = shipped.find((one) => one.name === name);
  if (info === undefined) {
    const names = shipped.map((one) => one.name);
    throw new UserError(`unknown sampler "${name}"; ${suggestion(name, names)}`, 2);
  }
  return info.make(readOptions(name, info, config), source);
}
