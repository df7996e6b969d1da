import { Catalogue } from "../catalogue/index.js";
import type { TrainedVae } from "../model/index.js";
import type { Tensor } from "../tensor/index.js";
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

/** Makes a sampler from a source. */
export type SamplerMaker = (source: SamplerSource) => Promise<LatentSampler>;

/** The samplers that can be chosen by name; each is made from a source, and fitted to its codes where it has to be. */
export const samplers = new Catalogue<SamplerMaker>({ kind: "sampler" }, [
  {
    name: "prior",
    description: "the model's prior",
    options: {},
    make:
      () =>
      async ({ model }) =>
        priorSampler(model),
  },
  {
    name: "gmm",
    description: "a mixture of normal distributions fitted to the training examples' codes",
    options: {
      components: { type: "integer", min: 1, max: 1000, default: 10, about: "how many" },
      iterations: { type: "integer", min: 1, default: 200, about: "rounds of EM at most" },
    },
    make:
      (options) =>
      async ({ codes, seed = 0 }) =>
        fitGaussianMixture(await codes(), { ...options, seed }),
  },
  {
    name: "flow",
    description: "a normalising flow fitted to the training examples' codes",
    options: {
      layers: { type: "integer", min: 1, max: 100, default: 6, about: "coupling layers" },
      hidden: { type: "numbers", default: [64, 64], about: "hidden sizes of each layer's network" },
      epochs: { type: "integer", min: 1, default: 20, about: "passes over the codes" },
    },
    make:
      (options) =>
      async ({ codes, platform, seed = 0 }) =>
        fitFlowOn(platform, await codes(), { ...options, seed }),
  },
]);
