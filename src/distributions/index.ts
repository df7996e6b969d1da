export { bernoulli } from "./bernoulli.js";
export * from "./constraint.js";
export * from "./define.js";
export * from "./distribution.js";
export type * from "./family.js";
export type * from "./info.js";
export * from "./kl.js";
export { normal } from "./normal.js";
