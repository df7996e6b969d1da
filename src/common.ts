/*
 * What `latent` and `latent/web` both export: what a user of models needs, nothing that reads or writes files. What
 * isn't in a list here, in index.ts, web.ts or graph.ts is not public. After a change: `npm run api`.
 */

// Numbers and errors
export {
  type DType,
  type FloatType,
  type Nested,
  RandomStream,
  type Storage,
  type Tensor,
  tensor,
  type TensorLike,
  toNumbers,
  toTensor,
  type TypedArray,
  UserError,
} from "./tensor/index.js";

// Choosing by name
export {
  type BasicOptionType,
  Catalogue,
  type CatalogueOptions,
  type Entry,
  type Json,
  type OptionInfo,
  type OptionInfos,
  type OptionReader,
  type Spec,
} from "./catalogue/index.js";

// Expressions, as distributions and objectives of one's own are made of; `latent/graph` has the rest
export { constant, input } from "./expressions.js";
export type { Expr } from "./graph/index.js";
export type { Feeds } from "./runtime/index.js";

// Data
export {
  type ArraysInput,
  type Binarization,
  binarizations,
  binarizeDataset,
  type Dataset,
  type DatasetKind,
  decodeIdx,
  decodeNpy,
  describeDataset,
  encodeIdx,
  encodeNpy,
  type ExampleData,
  type ExampleReader,
  type Examples,
  type ExampleSource,
  type ExampleTensor,
  fromArrays,
  holdOut,
  type LabelledExamples,
  readExamples,
  rows,
  type Split,
  streamedSplit,
  toFloats,
} from "./data/portable.js";

export * from "./common-distributions.js";

// Objectives
export {
  type AggregateEstimator,
  autoencoder,
  betaTcVae,
  type BetaTcVaeOptions,
  betaVae,
  type BetaVaeOptions,
  dipVae,
  type DipVaeOptions,
  elbo,
  type EncoderKind,
  freeBits,
  type FreeBitsOptions,
  infoVae,
  type InfoVaeOptions,
  iwae,
  type IwaeOptions,
  type KernelName,
  type MmdOptions,
  raeL2,
  type RaeL2Options,
  simple,
  slicedWasserstein,
  type SlicedWassersteinOptions,
  waeMmd,
  type WaeMmdOptions,
} from "./objectives/index.js";

// Objectives of one's own, and what they are made of
export {
  distortion,
  forward,
  forwardMean,
  type Measures,
  measure,
  mmdSquared,
  type Kernel,
  kernelOf,
  type Objective,
  type ObjectiveContext,
  type ObjectiveInfo,
  type ObjectiveResult,
  objectives,
  type Pass,
  priorDraws,
  rate,
  registerObjective,
  resultOf,
  slicedWassersteinSquared,
} from "./objectives/index.js";

// Networks
export {
  type ActivationName,
  activations,
  filledWith,
  type Initializer,
  linear,
  linearSpecs,
  mlp,
  type MlpOptions,
  type Network,
  type NetworkConfig,
  normalWith,
  type ParameterSpec,
  type ParameterSpecs,
  uniformWithin,
  weightNamed,
  type Weights,
} from "./nn/index.js";

// Optimisers
export { adam, type AdamOptions, type Optimizer, type Update } from "./optim/index.js";

// Models
export {
  type BoundVae,
  bundle,
  type DecodeOptions,
  decodeSafetensors,
  type DrawOptions,
  encodeSafetensors,
  type ExampleBatch,
  type FamilyConfig,
  type GenerateOptions,
  type ModelInput,
  type Safetensors,
  type SaveImagesOptions,
  type Scheduled,
  TrainedVae,
  type Vae,
  vae,
  type VaeOptions,
} from "./model/index.js";

// Training and evaluation
export type {
  EvaluateOptions,
  Evaluation,
  LatentUse,
  LogLikelihood,
  LogLikelihoodOptions,
  MutualInformation,
  SplitName,
} from "./evaluate/index.js";
export type {
  Current,
  EpochEvent,
  EpochRecord,
  Platform,
  Position,
  Run,
  Shuffle,
  TrainEvent,
  TrainOptions,
} from "./train/portable.js";

// Samplers fitted to the codes
export {
  fitGaussianMixture,
  type FlowOptions,
  type FlowSampler,
  GaussianMixture,
  type GaussianMixtureOptions,
  type MixtureComponent,
  generateFrom,
  type LatentSampler,
  priorSampler,
  type SamplerMaker,
  samplers,
  type SamplerSource,
} from "./sampling/index.js";

// Pictures
export {
  circleCodes,
  type Colour,
  type ComparisonOptions,
  type CurveOptions,
  type CurveTerm,
  decodePng,
  encodePng,
  type ExampleShape,
  type GridOptions,
  halfBlocks,
  type HalfBlockOptions,
  type HistoryPoint,
  imageGrid,
  type Labels,
  latentScatter,
  type ScatterOptions,
  linearAxis,
  lossCurves,
  manifoldCodes,
  manifoldGrid,
  manifoldMap,
  type ManifoldMapOptions,
  type ManifoldOptions,
  normalAxis,
  originalsBesideReconstructions,
  type PlacedCodes,
  placedImages,
  type PlacedOptions,
  type PrincipalAxes,
  principalAxes,
  type Raster,
  rasterSvg,
  type Report,
  type ReportFacts,
  type ReportFigure,
  reportHtml,
  type ReportPicture,
  type ReportTable,
  sphereCodes,
  sphereMap,
  type TerminalColour,
  triangleCodes,
  triangleMap,
} from "./plot/index.js";
