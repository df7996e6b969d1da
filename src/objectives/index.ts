export { autoencoder, raeL2, type RaeL2Options } from "./autoencoder.js";
export {
  type AggregateDensities,
  aggregateDensities,
  type AggregateEstimator,
  betaTcVae,
  type BetaTcVaeOptions,
} from "./beta-tc-vae.js";
export { betaVae, type BetaVaeOptions } from "./beta-vae.js";
export { coordinatesOf, klByCoordinate } from "./coordinates.js";
export { dipVae, type DipVaeOptions } from "./dip-vae.js";
export { elbo } from "./elbo.js";
export { freeBits, type FreeBitsOptions } from "./free-bits.js";
export type * from "./info.js";
export { iwae, type IwaeOptions, weightedDraws, type WeightedDraws } from "./iwae.js";
export { requireLeastBatch } from "./least-batch.js";
export { m2, type M2Options } from "./m2.js";
export { type Kernel, type KernelName, kernelOf, mmdSquared } from "./mmd.js";
export type * from "./objective.js";
export type { PictureLayout } from "./picture.js";
export * from "./pictures/index.js";
export * from "./registry.js";
export type { EncoderKind } from "./sample-based.js";
export { simple } from "./simple.js";
export {
  slicedWasserstein,
  type SlicedWassersteinOptions,
  slicedWassersteinSquared,
} from "./sliced-wasserstein.js";
export * from "./terms.js";
export { infoVae, type InfoVaeOptions, type MmdOptions, waeMmd, type WaeMmdOptions } from "./wae-mmd.js";
