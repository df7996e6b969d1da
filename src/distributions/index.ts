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
export * from "./kl.js";
export { type FamilyKlRule, type KlRule, registerKl, type RuleParams } from "./kl-rules.js";
export * from "./points.js";
export * from "./registry.js";
export { readSamples } from "./samples.js";
export * from "./support.js";
