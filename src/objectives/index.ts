export { elbo } from "./elbo.js";
export type * from "./info.js";
export * from "./iwae.js";
export type * from "./objective.js";
export * from "./registry.js";
export { simple } from "./simple.js";
export * from "./terms.js";
