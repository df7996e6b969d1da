export {
  affine,
  type Bijector,
  exp as expMap,
  sigmoid as sigmoidMap,
  softplus as softplusMap,
  tanh as tanhMap,
} from "./bijector.js";
export * from "./constraint.js";
export * from "./contract/index.js";
export * from "./define.js";
export * from "./distribution.js";
export * from "./families.js";
export type * from "./family.js";
export type * from "./info.js";
export type { Annealing } from "./discrete.js";
export type { CategoricalFactory, CategoricalOptions } from "./categorical.js";
export type { ClassNormalFactory } from "./class-normal.js";
export type { ColumnsFactory, ColumnsOptions } from "./columns/columns.js";
export type { CouplingFlowFactory, CouplingFlowOptions } from "./coupling-flow.js";
export type { DirichletFactory } from "./dirichlet.js";
export type { DiscretisedLogisticFactory, DiscretisedLogisticOptions } from "./discretised-logistic.js";
export type { Factor, Gaussian } from "./gaussian.js";
export type { HypersphericalUniform } from "./hyperspherical-uniform.js";
export type {
  InverseAutoregressiveFlowFactory,
  InverseAutoregressiveFlowOptions,
} from "./inverse-autoregressive-flow.js";
export type { LogisticNormalFactory, LogisticNormalOptions } from "./logistic-normal.js";
export type { LowRankNormalFactory, LowRankOptions, LowRankParams } from "./low-rank-normal.js";
export type { MixtureFactory, MixtureOptions } from "./mixture.js";
export type { MultivariateNormalFactory } from "./multivariate-normal.js";
export type { OneHotFactory, OneHotOptions } from "./one-hot-categorical.js";
export type { ProductFactory, ProductPart } from "./product.js";
export type { RelaxedBernoulliFactory } from "./relaxed-bernoulli.js";
export type { RelaxedOneHotFactory, RelaxedOptions } from "./relaxed-one-hot-categorical.js";
export type { SamplesFactory, SamplesOptions } from "./samples.js";
export type { SharedNormalFactory, SharedNormalOptions } from "./shared-normal.js";
export type { ConcentrationLink, SphereDistribution, SphereFactory, SphereOptions } from "./sphere.js";
export type { TransformedDistribution, TransformedFactory, TransformedOptions } from "./transformed.js";
export type { VampPriorFactory, VampPriorOptions } from "./vamp-prior.js";
export type {
  UniformCodesFactory,
  VectorQuantisedFactory,
  VectorQuantisedOptions,
} from "./vector-quantised.js";
export * from "./kl.js";
export { type FamilyKlRule, type KlRule, registerKl, type RuleParams } from "./kl-rules.js";
export * from "./points.js";
export * from "./points-csv.js";
export * from "./registry.js";
export {
  type Mask,
  type MaskInk,
  type MaskOptions,
  type MaskPriorOptions,
  pointsFromMask,
  priorFromMask,
} from "./mask.js";
export { readSamples } from "./samples.js";
export * from "./support.js";
