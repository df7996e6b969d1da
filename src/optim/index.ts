export { adam, type AdamOptions } from "./adam.js";
export * from "./optimizer.js";
export * from "./registry.js";
