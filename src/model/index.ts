export type { CodeUncertainty, UncertaintyOptions } from "./uncertainty.js";
export * from "./bundle.js";
export * from "./codec.js";
export * from "./config.js";
export * from "./functions.js";
export {
  aCondition,
  type ClassLike,
  classesOf,
  className,
  classNumber,
  type Condition,
  drawClassNumbers,
  type ModelClasses,
} from "./given.js";
export * from "./images.js";
export * from "./inside.js";
export { networksOf } from "./networks.js";
export * from "./noise.js";
export * from "./safetensors.js";
export { savedSchema } from "./saved-schema.js";
export { savedModel, savedSpec, savedText, savedWhole } from "./saved.js";
export * from "./trained.js";
export {
  aTrainedModel,
  type CompleteExamplesOptions,
  type DecodeOptions,
  type DrawOptions,
  type GenerateOptions,
  type GivenOptions,
  type ModelInput,
  type SeedOption,
} from "./trained-options.js";
export * from "./vae.js";
export * from "./vae-for.js";
export { requireCondition } from "./vae-options.js";
