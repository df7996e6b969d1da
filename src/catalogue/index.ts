export * from "./catalogue.js";
export type * from "./json.js";
export * from "./options.js";
export * from "./spec.js";
export { suggestion } from "./suggest.js";
