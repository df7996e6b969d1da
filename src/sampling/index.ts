export { fitFlowOn, type FlowOptions, type FlowSampler } from "./flow.js";
export {
  fitGaussianMixture,
  GaussianMixture,
  type GaussianMixtureOptions,
  type MixtureComponent,
} from "./gaussian-mixture.js";
export * from "./registry.js";
export { cholesky, mahalanobis } from "./matrices.js";
export { generateFrom, type LatentSampler, priorSampler } from "./sampler.js";
